"""What the listener heard lately, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.listening import ClearHistory, HistoryEntry, ListRecentlyPlayed
from apps.website.actor import core

views = Blueprint("listening", __name__, url_prefix="/recently-played")

PAGE = 50
ZONE = "zone"
"""The cookie in which a browser with scripts tells its time zone."""


@views.get("")
def recently_played() -> str:
    """`under` is the day that the page before ended with."""
    zone, sought = _zone(), {name: request.args.get(name, "").strip() for name in ("first", "last", "text")}
    history = core().send(
        ListRecentlyPlayed(request.args.get("cursor"), PAGE, sought["first"] or None, sought["last"] or None, zone.key, sought["text"])
    )
    days = _days(history.items, zone)
    return render_template(
        "listening/recently_played.html", history=history, days=days, zone=zone, sought=sought, under=request.args.get("under")
    )


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
