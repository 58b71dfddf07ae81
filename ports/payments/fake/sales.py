"""The test shop's answers about what is sold: products, prices, checkouts and account pages."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from ports.payments.fake.books import Document, Ledger, Missing, new_id
from ports.payments.fake.calendar import DAY
from ports.payments.fake.checkouts import expire, shown
from ports.payments.fake.events import happened
from ports.payments.fake.forms import Parameters
from ports.payments.fake.refusals import Refusal, only

MOST_ON_A_PAGE = 100


def page_of(documents: Iterable[Document], parameters: Parameters) -> Document:
    """One page of a list, newest first: `limit` of them (10 where not asked for) after the one `starting_after`."""
    rest = list(documents)
    if "starting_after" in parameters:
        names = [document["id"] for document in rest]
        if parameters["starting_after"] not in names:
            raise Refusal(f"No such object: '{parameters['starting_after']}'", "resource_missing")
        rest = rest[names.index(parameters["starting_after"]) + 1 :]
    limit = int(parameters.get("limit", 10))
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise Refusal("This value must be from 1 to 100.", "parameter_invalid_integer")
    return {"object": "list", "data": rest[:limit], "has_more": len(rest) > limit}


def create_product(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "id", "name", "metadata")
    try:
        ledger.get("product", parameters["id"])
    except Missing:
        product = {"id": parameters["id"], "active": True, "name": parameters["name"], "metadata": parameters.get("metadata", {})}
        added = ledger.add("product", product)
        happened(ledger, "product.created", added)
        return added
    raise Refusal("Product already exists.", "resource_already_exists")


def list_prices(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "active", "lookup_keys", "limit", "starting_after")
    keys = parameters.get("lookup_keys")
    found = (price for price in ledger.listed("price") if keys is None or price["lookup_key"] in keys)
    return page_of((price for price in found if parameters.get("active") in {None, str(price["active"]).lower()}), parameters)


def create_price(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "product", "currency", "unit_amount", "recurring", "tax_behavior", "lookup_key", "transfer_lookup_key", "metadata")
    key = parameters["lookup_key"]
    for price in ledger.listed("price"):
        if price["lookup_key"] == key:
            if parameters.get("transfer_lookup_key") != "true":
                raise Refusal(f"A price already uses the lookup key {key}.", "resource_already_exists")
            price["lookup_key"] = None
            ledger.keep(price)
    made = {
        "active": True,
        "currency": parameters["currency"],
        "lookup_key": key,
        "metadata": parameters.get("metadata", {}),
        "product": ledger.get("product", parameters["product"])["id"],
        "recurring": {"interval": parameters["recurring"]["interval"], "interval_count": 1, "usage_type": "licensed"},
        "tax_behavior": parameters["tax_behavior"],
        "type": "recurring",
        "unit_amount": int(parameters["unit_amount"]),
        "unit_amount_decimal": parameters["unit_amount"],
    }
    added = ledger.add("price", made)
    happened(ledger, "price.created", added)
    return added


def list_checkouts(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "customer", "customer_details", "status", "limit", "starting_after")
    customer, status = parameters.get("customer"), parameters.get("status")
    email = ledger.get("customer", customer)["email"] if customer else parameters.get("customer_details", {}).get("email")
    sessions = [session for session in ledger.listed("checkout.session", email) if status in {None, session["status"]}]
    mine = [session for session in sessions if customer in {None, session["customer"]}]
    return page_of(map(shown, mine), parameters)


def create_checkout(ledger: Ledger, parameters: Parameters) -> Document:
    only(
        *(parameters, "mode", "allowed_payment_method_types", "line_items", "client_reference_id", "metadata"),
        *("subscription_data", "success_url", "cancel_url", "customer", "customer_email"),
    )
    (line,) = parameters["line_items"]
    price = ledger.get("price", line["price"])
    customer = parameters.get("customer")
    email = ledger.get("customer", customer)["email"] if customer else parameters["customer_email"]
    if "@" not in email:
        raise Refusal(f"Invalid email address: {email}", "email_invalid")
    selling, site = parameters["subscription_data"], _origin(parameters["success_url"])
    name = new_id("checkout.session")
    session = {
        "id": name,
        "allowed_payment_method_types": parameters.get("allowed_payment_method_types"),
        "amount_total": 0 if selling.get("trial_period_days") else price["unit_amount"],
        "cancel_url": parameters["cancel_url"],
        "client_reference_id": parameters["client_reference_id"],
        "currency": price["currency"],
        "customer": customer,
        "customer_details": {"email": email},
        "customer_email": None if customer else email,
        "expires_at": ledger.now + DAY,
        "invoice": None,
        "metadata": parameters.get("metadata", {}),
        "mode": parameters["mode"],
        "payment_status": "unpaid",
        "status": "open",
        "subscription": None,
        "success_url": parameters["success_url"],
        "url": f"{site}/test-shop/checkout/{name}",
        "kept": {"price": price["id"], "metadata": selling["metadata"], "trial_days": int(selling.get("trial_period_days", 0))},
    }
    ledger.set("site", site)
    return shown(ledger.add("checkout.session", session, owner=email, due=ledger.now + DAY))


def retrieve_checkout(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    return shown(ledger.get("checkout.session", name))


def expire_checkout(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    session = ledger.get("checkout.session", name)
    if session["status"] != "open":
        raise Refusal(f"Only Checkout Sessions with a status of open can be expired. This one is {session['status']}.")
    expire(ledger, session)
    return shown(session)


def list_account_pages(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "active", "limit", "starting_after")
    return page_of(ledger.listed("billing_portal.configuration"), parameters)


def configure_account_page(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "features", "metadata")
    made = {"active": True, "features": parameters["features"], "metadata": parameters.get("metadata", {})}
    return ledger.add("billing_portal.configuration", made)


def open_account_page(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "customer", "return_url", "configuration")
    customer = ledger.get("customer", parameters["customer"])
    name, back = new_id("billing_portal.session"), parameters["return_url"]
    made = {
        "id": name,
        "configuration": ledger.get("billing_portal.configuration", parameters["configuration"])["id"],
        "customer": customer["id"],
        "return_url": back,
        "url": f"{_origin(back)}/test-shop/account/{name}",
    }
    return ledger.add("billing_portal.session", made, owner=customer["id"])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Refusal(f"Not a valid URL: {url}", "url_invalid")
    return f"{parts.scheme}://{parts.netloc}"
