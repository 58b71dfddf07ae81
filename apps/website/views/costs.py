"""For staff: what burns the database, ranked, and by which statement."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from apps.core.contract.costs import CostOrder, ListActionCosts, ListStatementCosts
from apps.core.contract.errors import Invalid
from apps.website.actor import core

views = Blueprint("costs", __name__, url_prefix="/costs")

WINDOWS = {"5m": 5, "1h": 60, "1d": 24 * 60}
ORDERS = {order.value: order for order in CostOrder}


@views.get("")
def index() -> str:
    window, order = _asked("since", WINDOWS, "1h"), _asked("by", ORDERS, "rise")
    costs = core().send(ListActionCosts(WINDOWS[window], ORDERS[order]))
    return render_template("costs/index.html", costs=costs, window=window, order=order)


@views.get("/<action>")
def show(action: str) -> str:
    window, order = _asked("since", WINDOWS, "1h"), _asked("by", ORDERS, "rise")
    costs = core().send(ListStatementCosts(action, WINDOWS[window], ORDERS[order]))
    return render_template("costs/show.html", costs=costs, window=window, order=order)


def _asked(name: str, known: Mapping[str, object], usual: str) -> str:
    value = request.args.get(name, usual)
    if value not in known:
        raise Invalid(
            "This page knows no %(name)s=%(value)s.", "Choose one of %(known)s.", name=name, value=value[:40], known=", ".join(known)
        )
    return value
