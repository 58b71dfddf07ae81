"""A small Stripe of our own: requests to its API in, answers in its shape out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ports.clock.interface import Clock
from ports.payments.fake import billing, sales
from ports.payments.fake.books import Books, Document, Ledger, Missing, new_id
from ports.payments.fake.calendar import DAY
from ports.payments.fake.forms import Parameters, read_form
from ports.payments.fake.passing import catch_up
from ports.payments.fake.refusals import Refusal

NAME = "([A-Za-z0-9_-]+)"
ROUTES: dict[tuple[str, str], Callable[..., Document]] = {
    ("POST", "products"): sales.create_product,
    ("GET", "prices"): sales.list_prices,
    ("POST", "prices"): sales.create_price,
    ("GET", "checkout/sessions"): sales.list_checkouts,
    ("POST", "checkout/sessions"): sales.create_checkout,
    ("GET", f"checkout/sessions/{NAME}"): sales.retrieve_checkout,
    ("POST", f"checkout/sessions/{NAME}/expire"): sales.expire_checkout,
    ("GET", "billing_portal/configurations"): sales.list_account_pages,
    ("POST", "billing_portal/configurations"): sales.configure_account_page,
    ("POST", "billing_portal/sessions"): sales.open_account_page,
    ("GET", "subscriptions"): billing.list_subscriptions,
    ("GET", f"subscriptions/{NAME}"): billing.retrieve_subscription,
    ("POST", f"subscriptions/{NAME}"): billing.update_subscription,
    ("DELETE", f"subscriptions/{NAME}"): billing.cancel_subscription,
    ("GET", "invoices"): billing.list_invoices,
    ("GET", f"invoices/{NAME}"): billing.retrieve_invoice,
    ("POST", f"invoices/{NAME}/finalize"): billing.finalise_invoice,
    ("POST", f"invoices/{NAME}/void"): billing.void_invoice,
    ("GET", "charges"): billing.list_charges,
    ("GET", f"charges/{NAME}"): billing.retrieve_charge,
    ("GET", "refunds"): billing.list_refunds,
    ("GET", "disputes"): billing.list_disputes,
}


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    replayed: bool = False


class TestServer:
    """Answers one request at a time, each in a transaction, after everything that was due by then has happened."""

    __test__ = False
    """It is no test, whatever pytest makes of its name."""

    def __init__(self, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock

    def answer(self, method: str, url: str, body: str, key: str | None) -> Answer:
        """What the API answers; a key that came before gets the same answer again, or an error where it asks for something else."""
        parts = urlsplit(url)
        path, form = parts.path.removeprefix("/v1/"), read_form(body or parts.query)
        now = int(self._clock.now().timestamp())
        with self._books.open(now) as ledger:
            catch_up(ledger, now)
            if method != "POST" or key is None:
                return _handled(ledger, method, path, form)
            return _once(ledger, key, f"{path} {json.dumps(form, sort_keys=True)}", lambda: _handled(ledger, method, path, form))


def _once(ledger: Ledger, key: str, asked: str, handle: Callable[[], Answer]) -> Answer:
    ledger.connection.execute("DELETE FROM answer WHERE at <= ?", (ledger.now - DAY,))
    known = ledger.connection.execute("SELECT asked, status, body FROM answer WHERE key = ?", (key,)).fetchone()
    if known is None:
        answer = handle()
        row = (key, asked, answer.status, answer.body, ledger.now)
        ledger.connection.execute("INSERT INTO answer (key, asked, status, body, at) VALUES (?, ?, ?, ?, ?)", row)
        return answer
    if known[0] != asked:
        message = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        return _refused(Refusal(message, kind="idempotency_error"))
    return Answer(known[1], known[2], replayed=True)


def _handled(ledger: Ledger, method: str, path: str, form: Parameters) -> Answer:
    try:
        return Answer(200, json.dumps(_routed(ledger, method, path, form)))
    except Missing as missing:
        return _refused(Refusal(str(missing), "resource_missing", status=404))
    except Refusal as refusal:
        return _refused(refusal)


def _routed(ledger: Ledger, method: str, path: str, form: Parameters) -> Document:
    for (known, pattern), handle in ROUTES.items():
        match = re.fullmatch(pattern, path)
        if match and known == method:
            answer = handle(ledger, form, *match.groups())
            return {**answer, "url": f"/v1/{path}"} if answer["object"] == "list" else answer
    raise Refusal(f"Unrecognized request URL ({method}: /v1/{path}).", status=404)


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}))


def headers_of(answer: Answer) -> Mapping[str, str]:
    replayed = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    return {"Content-Type": "application/json", "Request-Id": f"req_{new_id('event')[4:]}", **replayed}
