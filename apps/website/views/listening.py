"""What the listener heard lately, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.errors import Invalid
from apps.core.contract.listening import ClearHistory, HistoryEntry, ListRecentlyPlayed, SourceKind
from apps.website.actor import core
from apps.website.favourites import favourites_among
from apps.website.origins import KINDS, origin_of

views = Blueprint("listening", __name__, url_prefix="/recently-played")

PAGE = 50
ZONE = "zone"
"""The cookie in which a browser with scripts tells its time zone."""


@views.get("")
def recently_played() -> str:
    """`under` is the day that the page before ended with."""
    zone, sought = _zone(), {name: request.args.get(name, "").strip() for name in ("first", "last", "text", "source")}
    days_asked = sought["first"] or None, sought["last"] or None, zone.key
    history = core().send(ListRecentlyPlayed(request.args.get("cursor"), PAGE, *days_asked, sought["text"], _kind(sought["source"])))
    days, under = _days(history.items, zone), request.args.get("under")
    further = url_for("listening.recently_played", cursor=history.next, under=days[-1][0] if days else under, **_given(sought))
    kept = favourites_among(tracks=(entry.track_id for entry in history.items))
    return render_template(
        "listening/recently_played.html", history=history, kept=kept, days=days, zone=zone, sought=sought, under=under, kinds=KINDS,
        further=further if history.next else None, origin_of=origin_of,
    )  # fmt: skip


def _given(sought: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in sought.items() if value}


def _kind(text: str) -> SourceKind | None:
    try:
        return SourceKind(text) if text else None
    except ValueError:
        raise Invalid("Nothing is played from “%(kind)s”.", "Choose one of the kinds on this page.", kind=text[:40]) from None


def _days(entries: Sequence[HistoryEntry], zone: ZoneInfo) -> list[tuple[str, list[HistoryEntry]]]:
    days = groupby(entries, lambda entry: entry.played_at.astimezone(zone).date().isoformat())
    return [(day, list(some)) for day, some in days]


@views.post("/clear")
def clear() -> ResponseReturnValue:
    """All of it, or `day` in the `zone` of the page that it was on."""
    core().send(ClearHistory(request.form.get("day") or None, request.form.get("zone") or "UTC"))
    return redirect(url_for("listening.recently_played"), 303)


def _zone() -> ZoneInfo:
    """The browser's, where it tells one that there is."""
    try:
        return ZoneInfo(request.cookies.get(ZONE, "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
