"""For staff: the shelves of the home page, how it will look, and compilations of our own."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.actions import Territory
from apps.core.contract.editorial import AssembleCompilation, GetCompilationDraft, ListShelves, MoveShelf, PreviewHome, RemoveShelf, Shelf
from apps.core.contract.errors import Forbidden, Invalid, NotFound, Unauthenticated
from apps.core.contract.ids import ShelfId
from apps.website.actor import actor, core
from apps.website.forms.editorial import CompilationForm, ShelfForm
from ports.clock.interface import Clock

views = Blueprint("editorial", __name__, url_prefix="/editorial")


@views.before_request
def for_staff_alone() -> None:
    """Also where a page asks Core for nothing."""
    who = actor()
    if not ListShelves.permission.allows(who):
        raise Forbidden("This is for staff.") if who.account_id else Unauthenticated("Nobody is logged in.", "Log in first.")


@views.get("")
def index() -> str:
    return render_template("editorial/index.html", shelves=core().send(ListShelves()), now=_now(), territory=actor().territory)


@views.get("/shelves/new", defaults={"shelf_id": None})
@views.get("/shelves/<id:shelf_id>")
def edit(shelf_id: ShelfId | None) -> str:
    form = ShelfForm()
    shelf = _shelf(shelf_id) if shelf_id else None
    if shelf:
        form.fill(shelf)
    else:
        form.starts_at.data = _now().replace(second=0, microsecond=0)
    return render_template("editorial/shelf.html", form=form, shelf=shelf)


@views.post("/shelves", defaults={"shelf_id": None})
@views.post("/shelves/<id:shelf_id>")
def save(shelf_id: ShelfId | None) -> ResponseReturnValue:
    form = ShelfForm()
    if form.validate_on_submit() and form.attempt(form.command(shelf_id)):
        return redirect(url_for("editorial.index"), 303)
    return render_template("editorial/shelf.html", form=form, shelf=_shelf(shelf_id) if shelf_id else None), form.status


@views.post("/shelves/<id:shelf_id>/move")
def move(shelf_id: ShelfId) -> ResponseReturnValue:
    core().send(MoveShelf(shelf_id, request.form.get("before") or None))
    return redirect(url_for("editorial.index"), 303)


@views.post("/shelves/<id:shelf_id>/remove")
def remove(shelf_id: ShelfId) -> ResponseReturnValue:
    core().send(RemoveShelf(shelf_id))
    return redirect(url_for("editorial.index"), 303)


@views.get("/preview")
def preview() -> str:
    territory, at = _place()
    return render_template("editorial/preview.html", home=core().send(PreviewHome(territory, at)), territory=territory, at=at)


@views.get("/compilations/new")
def compilation() -> str:
    """With `playlist` it begins as that."""
    form, left_out = CompilationForm(), 0
    if playlist_id := request.args.get("playlist"):
        draft = core().send(GetCompilationDraft(playlist_id))
        form.fill(draft)
        left_out = draft.left_out
    return render_template("editorial/compilation.html", form=form, left_out=left_out)


@views.post("/compilations")
def assemble() -> ResponseReturnValue:
    form = CompilationForm()
    if form.validate_on_submit():
        made = form.attempt(AssembleCompilation(form.title.data or "", form.track_ids(), form.year.data))
        if made:
            return redirect(url_for("releases.show", release_id=made), 303)
    return render_template("editorial/compilation.html", form=form, left_out=0), form.status


def _now() -> datetime:
    clock: Clock = current_app.extensions["container"].get(Clock)
    return clock.now()


def _shelf(shelf_id: ShelfId) -> Shelf:
    for shelf in core().send(ListShelves()):
        if shelf.id == shelf_id:
            return shelf
    raise NotFound("There is no such shelf.", "Somebody may have removed it: look at the list.")


def _place() -> tuple[Territory, datetime]:
    """Of a preview: here and now, unless it says otherwise."""
    territory = request.args.get("territory", "").strip().upper() or actor().territory
    asked = request.args.get("at", "")
    try:
        at = datetime.fromisoformat(asked) if asked else _now()
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return msgspec.convert(territory, Territory), at
    except (ValueError, msgspec.ValidationError):
        raise Invalid("That is no place or moment.", "Give a territory of two letters, and a date with a time.") from None
