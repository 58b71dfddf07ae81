"""For partners: the statements of the labels they represent."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.wrappers import Response

from apps.core.contract.reporting import GetStatement, ListStatements, StatementNumber
from apps.website.actor import core
from apps.website.statement_files import download

views = Blueprint("partner", __name__, url_prefix="/partner/statements")


@views.get("")
def index() -> str:
    return render_template("partner/index.html", statements=core().send(ListStatements(cursor=request.args.get("cursor"))))


@views.get("/<number>")
def show(number: StatementNumber) -> str:
    return render_template("partner/show.html", detail=core().send(GetStatement(number)))


@views.get("/<number>/<name>")
def file(number: StatementNumber, name: str) -> Response:
    return download(number, name)
