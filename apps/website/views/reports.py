"""For staff: weekly reports, reconciled; statements to be checked and approved by two; and labels' contracts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from apps.core.contract.days import WeekName
from apps.core.contract.errors import NotFound
from apps.core.contract.labels import Label, ListContracts, ListLabels
from apps.core.contract.reporting import ApproveStatement, CheckStatement, GetRun, GetStatement, ListRuns, StatementNumber
from apps.website.actor import core
from apps.website.forms.reports import GRADES, ContractForm
from apps.website.statement_files import download

views = Blueprint("reports", __name__, url_prefix="/reports")


@views.get("")
def index() -> str:
    return render_template("reports/index.html", runs=core().send(ListRuns(cursor=request.args.get("cursor"))))


@views.get("/<week>")
def show(week: WeekName) -> str:
    return render_template("reports/show.html", detail=core().send(GetRun(week)))


@views.get("/statements/<number>")
def statement(number: StatementNumber) -> str:
    return render_template("reports/statement.html", detail=core().send(GetStatement(number)))


@views.get("/statements/<number>/<name>")
def file(number: StatementNumber, name: str) -> Response:
    return download(number, name)


@views.post("/statements/<number>/check")
def check(number: StatementNumber) -> ResponseReturnValue:
    core().send(CheckStatement(number))
    return redirect(url_for("reports.statement", number=number), 303)


@views.post("/statements/<number>/approve")
def approve(number: StatementNumber) -> ResponseReturnValue:
    core().send(ApproveStatement(number))
    return redirect(url_for("reports.statement", number=number), 303)


@views.get("/contracts")
def contracts() -> str:
    return _contracts(ContractForm())


@views.post("/contracts")
def agree() -> ResponseReturnValue:
    form = ContractForm()
    if form.validate_on_submit() and form.attempt(form.contract(_label(form.label.data or "").id)):
        return redirect(url_for("reports.contracts"), 303)
    return _contracts(form), form.status


def _contracts(form: ContractForm) -> str:
    known = core().send(ListContracts(cursor=request.args.get("cursor")))
    return render_template("reports/contracts.html", contracts=known, form=form, grades=GRADES)


def _label(name: str) -> Label:
    for label in core().send(ListLabels(name)).items:
        if label.name.casefold() == name.strip().casefold():
            return label
    raise NotFound("There is no label named “%(name)s”.", "Write it as it stands in the catalogue.", name=name)
