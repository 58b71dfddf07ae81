"""Card payments through Stripe: its Checkout and account pages, test or live by the key."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Self

import stripe

from ports.clock.interface import Clock
from ports.environment import BootError, Environment
from ports.payments.interface import Checkout, Order, Payments
from ports.payments.stripe_errors import answers
from ports.payments.stripe_events import read_event
from ports.payments.stripe_facts import PAGE, fetch_facts, identifier
from ports.payments.stripe_permissions import check_permissions
from ports.payments.stripe_prices import price_of
from ports.payments.stripe_signature import verify
from ports.payments.stripe_truth import paid_period, purchase_of
from ports.purchases import NoSuchPurchase, NotConfigured, Notification, Purchase, ShopRefused
from ports.registry import another

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

VERSION = "2026-10-28.endive"
"""Of the API, as this code was written for it, whatever the account's default is."""
LONGEST_WAIT = 5
"""Seconds for each of Stripe's answers. A listener may wait for it, so nothing is asked twice: the reconciler asks again anyway."""
SECRET_KEYS, TEST_KEYS = ("sk_", "rk_"), ("sk_test_", "rk_test_")
ACCOUNT_PAGE = {"made_by": "celesta", "page": "account-1"}
"""Marks our configuration of Stripe's account page; another number, another configuration."""
OVER = frozenset({"canceled", "incomplete_expired"})


class StripePayments(Payments):
    """Secrets `STRIPE_SECRET_KEY` and, for notifications, `STRIPE_WEBHOOK_SECRET`. Products, prices and pages are set up by itself.

    `STRIPE_API` is the address of what answers in Stripe's place, for trying the rest of a house out; production takes none.
    """

    fake: ClassVar[bool] = False

    def __init__(self, client: stripe.StripeClient, clock: Clock, webhook_secrets: Callable[[], tuple[str, ...]]) -> None:
        """`webhook_secrets` gives the valid versions of the signing secret, newest first, whenever it is asked."""
        logging.getLogger("stripe").setLevel(logging.WARNING)  # at INFO it writes every address (URL), and e-mail addresses in them
        self._stripe = client
        self._clock = clock
        self._webhook_secrets = webhook_secrets

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        key = checked_key(environment.secret("STRIPE_SECRET_KEY"), environment.production)
        clock = another(Clock, environment)
        api = environment.optional("STRIPE_API")
        if api and environment.production:
            raise BootError("STRIPE_API names a stand-in for Stripe and CELESTA_ENV is production: unset STRIPE_API.")
        return cls(connect(key, api=api), clock, lambda: environment.secret_versions("STRIPE_WEBHOOK_SECRET"))

    def ping(self) -> None:
        with answers("being asked whether it is there"):
            check_permissions(self._stripe)

    def origins(self) -> tuple[str, ...]:
        return "https://checkout.stripe.com", "https://billing.stripe.com", "https://invoice.stripe.com"

    def open_checkout(self, order: Order) -> Checkout:
        """The order's id is the idempotency key, which Stripe keeps for 24 hours, as long as an unpaid checkout lives.

        So no time of expiry is sent, which would differ from call to call. An order paid longer ago is found among the customer's.
        For a customer who was deleted at Stripe it makes another, under a key of its own as another request is sent.
        """
        key = f"celesta-order-{order.id}"
        try:
            if order.customer is not None:
                with suppress(NoSuchPurchase):
                    return self._checkout_of(order, key)
                key += "-anew"
            return self._checkout_of(replace(order, customer=None), key)
        except (NoSuchPurchase, ValueError) as error:  # a price moved away at this moment, or the amount
            raise ShopRefused(str(error)) from error

    def checkout(self, reference: str) -> Checkout:
        with answers(f"asking for the checkout {reference}"):
            return _checkout(self._stripe.v1.checkout.sessions.retrieve(reference))

    def close_checkout(self, reference: str) -> None:
        try:
            with answers(f"closing the checkout {reference}"):
                self._stripe.v1.checkout.sessions.expire(reference)
        except ShopRefused:
            if self.checkout(reference).url is not None:  # it can still be paid, so it was refused for another reason
                raise

    def purchase(self, reference: str) -> Purchase:
        with answers(f"asking for the subscription {reference}"):
            facts = fetch_facts(self._stripe, reference)
        return purchase_of(facts, self._clock.now())

    def cancel(self, reference: str) -> None:
        """Where the paid period is over, as in the hour before a renewal is charged or after it failed, it ends at once."""
        with answers(f"cancelling the subscription {reference}"):
            subscription = self._stripe.v1.subscriptions.retrieve(reference)
            invoices = self._stripe.v1.invoices.list({"subscription": reference, "limit": PAGE})
            _, paid_through = paid_period(subscription, invoices.auto_paging_iter())
            if subscription.status in OVER or self._clock.now() < paid_through:
                self._stripe.v1.subscriptions.update(reference, {"cancel_at_period_end": True})
                return
        self.end(reference)

    def resume(self, reference: str) -> None:
        with answers(f"resuming the subscription {reference}"):
            subscription = self._stripe.v1.subscriptions.retrieve(reference)
            if subscription.cancel_at is None or subscription.cancel_at_period_end:
                self._stripe.v1.subscriptions.update(reference, {"cancel_at_period_end": False})
            else:  # an end that was set on a page of Stripe's
                self._stripe.v1.subscriptions.update(reference, {"cancel_at": ""})

    def end(self, reference: str) -> None:
        """What is still to be paid is given up, so that nobody pays for what has ended.

        A draft of the renewal is charged within the hour otherwise. Stripe deletes no invoice of a subscription and voids no
        draft ("Delete a draft invoice"), so that it is finalised first, without being collected.
        """
        invoices = self._stripe.v1.invoices
        with answers(f"ending the subscription {reference}"):
            if self._stripe.v1.subscriptions.retrieve(reference).status not in OVER:
                self._stripe.v1.subscriptions.cancel(reference)
            drafts = invoices.list({"subscription": reference, "status": "draft", "limit": PAGE})
            for draft in list(drafts.auto_paging_iter()):
                with self._unless_no_longer("draft", draft.id):
                    invoices.finalize_invoice(draft.id, {"auto_advance": False})
            unpaid = invoices.list({"subscription": reference, "status": "open", "limit": PAGE})
            for invoice in list(unpaid.auto_paging_iter()):
                with self._unless_no_longer("open", invoice.id):
                    invoices.void_invoice(invoice.id)

    def account_page(self, customer: str, back: str) -> str:
        with answers(f"opening the account page of {customer}"):
            session = self._stripe.v1.billing_portal.sessions.create(
                {"customer": customer, "return_url": back, "configuration": self._account_page()}
            )
            return session.url

    def read_notification(self, body: bytes, proof: str) -> Notification:
        """A dispute or refund may name only its charge, so that Stripe is asked whose it was. Raises `ShopUnavailable`, too."""
        try:
            secrets = self._webhook_secrets()
        except BootError as error:
            raise NotConfigured(f"Nothing that Stripe says is believed: {error}") from None
        verify(body, proof, secrets, self._clock.now().timestamp())
        event = read_event(body)
        if event.charge is None:
            return event.notification
        told = event.notification
        return Notification(told.id, told.kind, None, self._payer(event.charge))

    @contextmanager
    def _unless_no_longer(self, status: str, invoice: str) -> Generator[None]:
        """Let a refusal pass where Stripe, or somebody who paid, was faster: the invoice has that status no more."""
        try:
            yield
        except stripe.InvalidRequestError:
            if self._stripe.v1.invoices.retrieve(invoice).status == status:
                raise

    def _payer(self, charge: str) -> str | None:
        try:
            with answers(f"asking whose the charge {charge} was"):
                return identifier(self._stripe.v1.charges.retrieve(charge).customer) or None
        except NoSuchPurchase:
            return None

    def _checkout_of(self, order: Order, key: str) -> Checkout:
        with answers(f"opening the checkout of order {order.id}"):
            return _checkout(self._paid_before(order) or self._opened(order, key))

    def _paid_before(self, order: Order) -> stripe.checkout.Session | None:
        """Among the last hundred: one request. Stripe finds checkouts by customer or e-mail address, by nothing that we give them."""
        sessions = self._stripe.v1.checkout.sessions
        if order.customer:
            listed = sessions.list({"customer": order.customer, "status": "complete", "limit": PAGE})
        else:
            listed = sessions.list({"customer_details": {"email": order.email}, "status": "complete", "limit": PAGE})
        return next((session for session in listed.data if _order_id(session) == order.id), None)

    def _opened(self, order: Order, key: str) -> stripe.checkout.Session:
        session = self._stripe.v1.checkout.sessions.create(_session(order, price_of(self._stripe, order)), {"idempotency_key": key})
        answer = session.last_response
        if answer is not None and answer.headers.get("Idempotent-Replayed") == "true":
            return self._stripe.v1.checkout.sessions.retrieve(session.id)  # the replayed answer is as old as the first
        return session

    def _account_page(self) -> str:
        """Our configuration of Stripe's account page: bills and cards. Plans are chosen and cancelled on our own pages."""
        configurations = self._stripe.v1.billing_portal.configurations
        for one in configurations.list({"active": True, "limit": PAGE}).auto_paging_iter():
            if one.metadata and one.metadata.to_dict().get("page") == ACCOUNT_PAGE["page"]:
                return one.id
        features: stripe.params.billing_portal.ConfigurationCreateParamsFeatures = {
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
        }
        return configurations.create({"features": features, "metadata": ACCOUNT_PAGE}).id


def connect(key: str, http_client: stripe.HTTPClient | None = None, api: str | None = None) -> stripe.StripeClient:
    """A client for Stripe's API, or for what answers like it at the address `api`."""
    stripe.enable_telemetry = False  # it would write an id into the user's home and tell Stripe of this machine
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        max_network_retries=0,
        http_client=http_client or stripe.RequestsClient(timeout=LONGEST_WAIT),
        base_addresses={"api": api} if api else None,
    )


def checked_key(key: str, production: bool) -> str:
    """The key itself; raises `BootError`, which never shows it, for one that would not do what it is set for."""
    if not key.startswith(SECRET_KEYS):
        raise BootError("The secret STRIPE_SECRET_KEY is no secret key of Stripe's: set it to one that begins with sk_ or rk_.")
    if production and key.startswith(TEST_KEYS):
        raise BootError(
            "The secret STRIPE_SECRET_KEY is a test key and CELESTA_ENV is production, where test cards would buy subscriptions: "
            "set it to a live key."
        )
    return key


def _session(order: Order, price: str) -> SessionCreateParams:
    params: SessionCreateParams = {
        "mode": "subscription",
        "allowed_payment_method_types": ["card"],  # others may be paid days after the subscription has begun, or not
        "line_items": [{"price": price, "quantity": 1}],
        "client_reference_id": order.account_id,
        "metadata": {"order": order.id},
        "subscription_data": {"metadata": {"account": order.account_id, "plan": order.plan}},
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }
    if order.trial_days > 0:
        params["subscription_data"] = {
            "metadata": {"account": order.account_id, "plan": order.plan},
            "trial_period_days": order.trial_days,
        }
    if order.customer:
        params["customer"] = order.customer
    else:
        params["customer_email"] = order.email
    return params


def _order_id(session: stripe.checkout.Session) -> str | None:
    return session.metadata.to_dict().get("order") if session.metadata else None


def _checkout(session: stripe.checkout.Session) -> Checkout:
    open_ = session.status == "open"
    return Checkout(
        reference=session.id,
        url=session.url if open_ else None,
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        purchase=identifier(session.subscription) or None,
    )
