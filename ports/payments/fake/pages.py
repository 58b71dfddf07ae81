"""The test shop's pages, where people see what Stripe would show them: the checkout and the account page. WSGI, mounted at /test-shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import jinja2
from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.utils import redirect, send_from_directory
from werkzeug.wrappers import Request, Response

from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.environment import Environment
from ports.payments.fake.books import Books, shop_file
from ports.payments.fake.calendar import DAY, HOUR, later
from ports.payments.fake.delivery import Courier
from ports.payments.fake.shop import TestShop
from ports.payments.fake.views import date, view_account, view_checkout
from ports.purchases import NoSuchPurchase, ShopRefused
from ports.registry import another

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[3]
PATHS = Map(
    [
        Rule("/checkout/<name>", endpoint="checkout", methods=["GET"]),
        Rule("/checkout/<name>/pay", endpoint="pay", methods=["POST"]),
        Rule("/checkout/<name>/wait", endpoint="wait", methods=["POST"]),
        Rule("/account/<name>", endpoint="account", methods=["GET"]),
        Rule("/account/<name>/card", endpoint="card", methods=["POST"]),
        Rule("/account/<name>/invoice", endpoint="invoice", methods=["POST"]),
        Rule("/account/<name>/wait", endpoint="wait_on_account", methods=["POST"]),
        Rule("/static/<path:name>", endpoint="static", methods=["GET"]),
    ]
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class TestShopPages:
    """A page is reached by whoever has its address, which nobody guesses. `start_delivery` sends the shop's notifications."""

    __test__ = False
    """It is no test, whatever pytest makes of its name."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """`path` is the shop's file, as every process that takes part has it. Stripe's library is not needed here."""
        self._shop = TestShop(Books(path), clock)
        self._clock = clock
        folder = jinja2.FileSystemLoader(ROOT / "templates" / "test_shop")
        self._templates = jinja2.Environment(loader=folder, autoescape=True, undefined=jinja2.StrictUndefined)
        self._views: Mapping[str, Callable[[Request, MapAdapter, str], Response]] = {
            "checkout": self._checkout,
            "pay": self._pay,
            "wait": self._wait,
            "account": self._account,
            "card": self._card,
            "invoice": self._invoice,
            "wait_on_account": self._wait,
            "static": self._static,
        }

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(shop_file(environment), another(Clock, environment))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        paths = PATHS.bind_to_environ(environ)
        try:
            endpoint, values = paths.match()
            if request.method == "POST":
                _refuse_other_sites(request)
            response = self._views[endpoint](request, paths, values["name"])
        except (NotFound, NoSuchPurchase):
            response = self._message("This page is not there.", "Go back to the site and begin again from there.", 404)
        except ShopRefused as refusal:
            response = self._message("That is not possible any more.", str(refusal), 409)
        except HTTPException as error:
            response = self._message("That did not work.", "Go back to the site and begin again from there.", error.code or 500)
        response.headers.update({name: value for name, value in HEADERS.items() if name not in response.headers})
        return response(environ, start_response)

    def start_delivery(self) -> None:
        """Tell the site what happens, in a thread of this process, for as long as it lives."""
        Courier(self._shop).start()

    def _checkout(self, request: Request, paths: MapAdapter, name: str) -> Response:
        with self._shop.books() as ledger:
            view = view_checkout(ledger, name)
        declined = "declined" in request.args and view.status == "open"
        return self._page("checkout.html", paths, name, checkout=view, declined=declined)

    def _pay(self, request: Request, paths: MapAdapter, name: str) -> Response:
        if request.form.get("card") != "works":
            self._shop.decline(name)
            return redirect(f"{paths.build('checkout', {'name': name})}?declined", 303)
        self._shop.pay(name)
        with self._shop.books() as ledger:
            return redirect(view_checkout(ledger, name).success, 303)

    def _account(self, request: Request, paths: MapAdapter, name: str) -> Response:
        with self._shop.books() as ledger:
            view = view_account(ledger, name)
        return self._page("account.html", paths, name, account=view, declined="declined" in request.args)

    def _card(self, request: Request, paths: MapAdapter, name: str) -> Response:
        with self._shop.books() as ledger:
            customer = view_account(ledger, name).customer
        self._shop.set_card(customer, works=request.form.get("card") == "works")
        return redirect(paths.build("account", {"name": name}), 303)

    def _invoice(self, request: Request, paths: MapAdapter, name: str) -> Response:
        with self._shop.books() as ledger:
            mine = {subscription.name for subscription in view_account(ledger, name).subscriptions}
        purchase = request.form.get("purchase", "")
        if purchase not in mine:
            raise NotFound
        paid = self._shop.pay_open_invoice(purchase)
        return redirect(paths.build("account", {"name": name}) + ("" if paid else "?declined"), 303)

    def _wait(self, request: Request, paths: MapAdapter, name: str) -> Response:
        """Let a day pass, or a month and the two hours in which its renewals are charged; only where the clock is one that is told."""
        if not isinstance(self._clock, SteppedClock):
            raise NotFound
        now = int(self._clock.now().timestamp())
        self._clock.advance(later(now, 1) - now + 2 * HOUR if request.form.get("for") == "month" else DAY)
        page = "checkout" if "/checkout/" in request.path else "account"
        return redirect(paths.build(page, {"name": name}), 303)

    def _static(self, request: Request, paths: MapAdapter, name: str) -> Response:
        return send_from_directory(ROOT / "static", name, request.environ, max_age=0)

    def _page(self, template: str, paths: MapAdapter, name: str, **values: Any) -> Response:
        def path(endpoint: str) -> str:
            return paths.build(endpoint, {"name": name})

        today = date(int(self._clock.now().timestamp()))
        steps = isinstance(self._clock, SteppedClock)
        return self._rendered(template, 200, path=path, today=today, steps=steps, **values)

    def _message(self, title: str, text: str, status: int) -> Response:
        return self._rendered("message.html", status, title=title, text=text)

    def _rendered(self, template: str, status: int, **values: Any) -> Response:
        return Response(self._templates.get_template(template).render(values), status, mimetype="text/html")


def _refuse_other_sites(request: Request) -> None:
    """Only our own pages may post here: by what the browser says of the request, or by its origin where it does not say."""
    fetched = request.headers.get("Sec-Fetch-Site")
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    if fetched != "same-origin" and not (fetched is None and origin == request.host):
        raise Forbidden
