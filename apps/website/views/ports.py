"""For staff: which outside services are chosen, whether they answer, and what to do where one does not."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from apps.core.contract.health import GetHealth
from apps.website.actor import core
from apps.website.languages import marked
from ports.container import Container
from ports.health import Checkup

views = Blueprint("ports", __name__, url_prefix="/staff/ports")


@views.get("")
def show() -> str:
    cores = core().send(GetHealth())  # first, as Core decides who may see any of it
    container: Container = current_app.extensions["container"]
    return render_template("ports/show.html", processes=((marked("Website"), Checkup(container).report()), ("Core", cores)))
