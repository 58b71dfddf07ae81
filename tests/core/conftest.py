from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from itertools import count

import pytest
from flask import Flask

from apps.core.contract.catalogue import GetRelease, ReleaseDetail
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.pictures import SECONDS_BETWEEN, PutPlaylistPicture, RecordPicture, own_cover
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, GetPlaylistTracks, PlaylistSummary
from apps.core.meter import Meter
from apps.core.radio.keeping import RadioModels
from apps.core.radio.model import Model
from ports.storage.interface import Storage
from tests.core.discographies import assert_genres_are_followed, assert_they_follow_the_credits
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf

CATALOGUE = {"catalogue", "corrections", "editorial", "intake", "playback"}
"""The rooms whose tests change releases and who is credited on them."""


@pytest.fixture(autouse=True)
def discographies(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever was done to releases, artists' and genres' pages list them."""
    core: Flask | None = None
    if request.path.parent.name in CATALOGUE and "core_app" in request.fixturenames:
        core = request.getfixturevalue("core_app")
    yield
    if core:
        assert_they_follow_the_credits(core)
        assert_genres_are_followed(core)


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def release(shelf, visitor) -> ReleaseDetail:
    """Of five tracks that everybody may play."""
    return visitor.send(GetRelease(shelf.release("Blue Garden", "The Lanterns")))


@pytest.fixture
def statements(core_app):
    """How many SQL statements an Action has taken so far, all in all."""
    meter = core_app.extensions["container"].get(Meter)
    return lambda action: meter.costs[type(action).__name__].statements


@pytest.fixture
def playlist(ana) -> PlaylistSummary:
    """Ana's, private and empty."""
    return ana.send(CreatePlaylist("Evenings"))


@pytest.fixture
def filled(ana, playlist, release) -> PlaylistSummary:
    """Ana's, with the five tracks of a release in their order."""
    ana.send(AddToPlaylist(playlist.id, tuple(track.id for track in release.tracks)))
    return playlist


@pytest.fixture
def heard(core_app):
    """Makes these recordings known to radio's model as heard so much."""

    def hear(plays: Mapping[str, float]) -> None:
        known = sorted(plays, key=id_to_bytes)
        count = len(known)
        data = struct.pack("<4sHHIIQ", b"CLRM", 1, 0, count, 0, 0) + b"".join(map(id_to_bytes, known)) + bytes(4 * (count + 1))
        data += bytes(4 * count) + struct.pack(f"<{count}f", *(plays[one] for one in known))
        core_app.extensions["container"].get(RadioModels)._model = Model(data)

    return hear


@pytest.fixture
def pictured(core_app, catalogue, worker, clock, tmp_path):
    """Upload a picture for somebody's playlist and make the largest of its covers, of these bytes; returns that one's key."""

    def pictured(who, playlist_id, content: bytes = b"\xff\xd8\xff") -> str:
        clock.advance(SECONDS_BETWEEN + 1)
        who.send(PutPlaylistPicture(playlist_id, b"\xff\xd8\xff" + bytes(100)))
        (job_id,) = catalogue.waiting("picture")
        claim = catalogue.claim(job_id)
        folder, file = own_cover(claim.work.picture_id), tmp_path / "1280.jpg"
        file.write_bytes(content)
        core_app.extensions["container"].get(Storage).put(f"{folder}/1280.jpg", file, "image/jpeg")
        worker.send(RecordPicture(claim.job_id, claim.lease, folder, "#336699"))
        return f"{folder}/1280.jpg"

    return pictured


@pytest.fixture
def entries():
    """All entries of a playlist as somebody sees it, page by page."""

    def entries(who, playlist_id, size=100):
        items, cursor = [], None
        while True:
            page = who.send(GetPlaylistTracks(playlist_id, cursor, size)).entries
            items += page.items
            if (cursor := page.next) is None:
                return items

    return entries


@pytest.fixture
def titles(entries):
    """What each track of a playlist is numbered within its release."""
    return lambda who, playlist_id, **how: [one.track.title.split()[-1] for one in entries(who, playlist_id, **how)]
