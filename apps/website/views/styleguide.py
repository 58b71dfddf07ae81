"""Every part that pages are made of, in all its states, as whoever builds pages looks them up; in development only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import count, islice
from pathlib import Path

from flask import Blueprint, current_app, render_template
from werkzeug.exceptions import NotFound

from apps.core.contract.billing import Interval, Offer
from apps.core.contract.catalogue import (
    Credit,
    CreditRole,
    ReleaseSummary,
    ReleaseType,
    SeriesSummary,
    TrackDetail,
    TrackSummary,
    Volume,
)
from apps.core.contract.charts import ChartPlace
from apps.core.contract.editorial import PickedPlaylist, PickedRelease
from apps.core.contract.errors import Invalid
from apps.core.contract.library import ListedTrack, Unplayable
from apps.core.contract.playlists import PlaylistEntry
from apps.website.covers import PALETTES, motif
from apps.website.forms.playlists import EditPlaylistForm

views = Blueprint("styleguide", __name__)

STATIC = Path(__file__).parents[3] / "static"
LONG = "A Title That Somebody Thought Through to Its Last Word and Then Went on With, Because There Was Room (Remastered)"
NAMES = (
    ("Slow Signals", "Ana Brook"), (LONG, "An Orchestra With a Name as Long as Its Members Are Many"), ("ليل طويل", "فرقة النهر"),
    ("長い夜の歌", "川の楽団"), ("Ελαφρύ φως", "Τρίτη"), ("<b>Bold</b> & “quoted”", "R & D"),
)  # fmt: skip
"""Of every length and script."""
ADDED = datetime(2026, 11, 1, tzinfo=UTC)
WITH_EXPLICIT_WORDS = 2
COLOURS = (None, "#7a2e2e", "#f2d36b", None, "#2e5b7a", "#d9d2c3")


@views.get("/styleguide")
def show() -> str:
    if not current_app.config["SHOWS_STYLEGUIDE"]:
        raise NotFound
    releases = tuple(sample_releases())
    return render_template(
        "styleguide/show.html", tokens=tokens(), icons=icons(), releases=releases, series=sample_series(releases), form=sample_form(),
        picked=PickedRelease(releases[0], "The one we put on when the last guest has left."), playlist=sample_playlist(releases),
        entries=sample_entries(releases), found=sample_found(releases), credits=sample_credits(),
        place=ChartPlace(releases[0].id, "uk_singles", "UK singles", 7, 2),
        offer=Offer("monthly", "Monthly", Interval.MONTH, 999, 167, "GBP", 0, 2, 5),
    )  # fmt: skip


@cache
def tokens() -> dict[str, list[str]]:
    """The names that stylesheets use, by what each begins with, as `tokens.css` declares them."""
    names = dict.fromkeys(re.findall(r"^  --([a-z0-9-]+):", (STATIC / "tokens.css").read_text(), re.MULTILINE))
    sizes, gaps, sleeves = ([name for name in names if name.startswith(f"{kind}-")] for kind in ("size", "gap", "sleeve"))
    others = {"sans", "display", "mono", "radius", "round", "target", "row", "rail", "tabs", "dock", "edge", "quick", "tint", "shadow"}
    colours = [name for name in names if name not in {*sizes, *gaps, *sleeves, *others}]
    return {"colours": colours, "sleeves": sleeves, "sizes": sizes, "gaps": gaps}


@cache
def icons() -> list[str]:
    return re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text())


def sample_ids(fits: Callable[[str], bool] = lambda _id: True) -> Iterator[str]:
    return (one for one in (f"{number:022}" for number in count(1)) if fits(one))


def sample_releases() -> Iterator[ReleaseSummary]:
    """Without covers: one of each sleeve."""
    for palette, (title, artist), colour in zip(range(PALETTES), NAMES, COLOURS, strict=True):
        release_id = next(sample_ids(lambda one, palette=palette: motif(one).palette == palette))
        yield ReleaseSummary(release_id, title, artist, ReleaseType.ALBUM, 2026 - palette, None, colour)


def sample_series(releases: tuple[ReleaseSummary, ...]) -> SeriesSummary:
    volumes = tuple(Volume(len(releases) - at, release) for at, release in enumerate(releases))
    return SeriesSummary(next(sample_ids()), "Night Trains", None, len(volumes), volumes)


def sample_playlist(releases: tuple[ReleaseSummary, ...]) -> PickedPlaylist:
    return PickedPlaylist(releases[1].id, "Slow ones", "For the last hour.", 24, None, (), "")


def sample_entries(releases: tuple[ReleaseSummary, ...]) -> list[PlaylistEntry]:
    """Tracks that can be played, that are played in part, and that cannot be played, for each reason."""
    states = ((False, None), (True, Unplayable.NOT_ON_PLAN), *((False, reason) for reason in Unplayable))
    told = [("Ben", "Where it all began."), *[(None, None)] * (len(states) - 1)]
    return [
        PlaylistEntry(one, number, _listed(one, number, release, state), ADDED, *said, own=False)
        for number, (one, release, state, said) in enumerate(zip(sample_ids(), releases, states, told, strict=False), 1)
    ]


def _listed(one: str, number: int, release: ReleaseSummary, state: tuple[bool, Unplayable | None]) -> ListedTrack:
    preview, unplayable = state
    names = release.title, release.artist, "Night Trains, Vol. 6"
    return ListedTrack(one, one, release.id, *names, None, 61_000 * number, number == WITH_EXPLICIT_WORDS, preview, unplayable)


def sample_found(releases: tuple[ReleaseSummary, ...]) -> list[TrackDetail]:
    """One that can be played, and one that takes a plan."""
    return [
        TrackDetail(
            TrackSummary(
                one, one, 1, 1, release.title, release.artist, 185_000, explicit=False, playable=playable, preview=False,
                for_subscribers=not playable, refused=False,
            ),
            release,
        )
        for one, release, playable in zip(sample_ids(), releases, (True, False), strict=False)
    ]  # fmt: skip


def sample_credits() -> list[Credit]:
    one, other = islice(sample_ids(), 2)
    return [
        Credit(one, "Ana Brook", CreditRole.MAIN),
        Credit(other, "Τρίτη", CreditRole.FEATURED),
        Credit(one, "A. Brook", CreditRole.COMPOSER),
    ]


def sample_form() -> EditPlaylistForm:
    """As it comes back from somebody who gave no title."""
    form = EditPlaylistForm(formdata=None, data={"title": "", "description": "For the last hour.", "visibility": "public"})
    form.validate()
    form.refusal = Invalid("There is a playlist of that name already.", "Call it something else.")
    return form
