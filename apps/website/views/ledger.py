"""For staff: what stands in the ledger."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.billing import GetLedger
from apps.website.actor import core

views = Blueprint("ledger", __name__, url_prefix="/ledger")


@views.get("")
def show() -> str:
    return render_template("ledger/show.html", balances=core().send(GetLedger()))
