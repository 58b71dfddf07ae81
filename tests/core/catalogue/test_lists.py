"""Lists of releases and artists: what is in them, in which order, and how many statements that takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ReleaseRow
from apps.core.contract.catalogue import GetArtist, GetCatalogueState, GetRelease, ListReleases, ReleaseOrder
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.database import db
from apps.core.meter import Meter
from apps.core.rights.models import DealRow
from tests.conftest import START


@pytest.fixture
def statements(core_app):
    """How many SQL statements an Action has taken so far, all in all."""
    meter = core_app.extensions["container"].get(Meter)
    return lambda action: meter.costs[type(action).__name__].statements


def walk(sender, **how):
    """Every title, page by page."""
    titles, cursor = [], None
    while True:
        page = sender.send(ListReleases(cursor=cursor, **how))
        titles += [release.title for release in page.items]
        if (cursor := page.next) is None:
            return titles


class TestListReleases:
    def test_has_the_newest_first(self, catalogue, visitor, clock):
        for title in ("One", "Two", "Three"):
            catalogue.release(title, tracks=1)
            clock.advance(60)
        assert walk(visitor) == ["Three", "Two", "One"]

    @pytest.mark.parametrize("order", list(ReleaseOrder))
    @pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
    def test_comes_page_by_page_each_release_once(self, catalogue, visitor, order, size):
        titles = ["Alpha", "beta", "Gamma", "Gamma", "delta"]
        for number, title in enumerate(titles):
            catalogue.release(title, tracks=1, artist=f"Artist {number}")  # all at the same moment
        walked = walk(visitor, order=order, size=size)
        assert sorted(walked) == sorted(titles)
        if order is ReleaseOrder.TITLE:
            assert walked == ["Alpha", "beta", "delta", "Gamma", "Gamma"]

    def test_turns_pages_of_titles_and_names_as_long_as_tags_can_be(self, catalogue, visitor):
        """No two letters repeat, so that nothing can be stored shorter than it is."""
        letters = "".join(chr(0x4E00 + at) for at in range(990))
        longest = [f"{letters} {number}" for number in range(3)]
        tagged = ({"title": title, "artist": title, "album": title, "album_artist": title, "label": title} for title in longest)
        catalogue.deliver([catalogue.file(f"{number}.flac", **tags) for number, tags in enumerate(tagged)])
        catalogue.transcode_all()
        assert sorted(walk(visitor, order=ReleaseOrder.TITLE, size=1)) == longest

    def test_a_page_that_just_fits_is_the_last(self, catalogue, visitor):
        for title in ("One", "Two"):
            catalogue.release(title, tracks=1)
        assert visitor.send(ListReleases(size=2)).next is None
        assert visitor.send(ListReleases(size=1)).next is not None

    @pytest.mark.parametrize("order", list(ReleaseOrder))
    def test_takes_one_statement(self, catalogue, visitor, statements, order):
        for number in range(3):
            catalogue.release(f"Release {number}", tracks=2)
        cursor = visitor.send(ListReleases(order, size=1)).next
        before = statements(ListReleases())
        assert len(visitor.send(ListReleases(order, cursor)).items) == 2
        assert statements(ListReleases()) - before == 1


class TestGetRelease:
    def test_takes_three_statements_however_many_tracks_it_has(self, catalogue, visitor, statements):
        release_id = catalogue.release(tracks=12)
        assert len(visitor.send(GetRelease(release_id)).tracks) == 12
        assert statements(GetRelease(release_id)) == 3

    def test_says_what_may_be_played(self, catalogue, visitor, ana):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        assert sorted(track.playable for track in ana.send(GetRelease(release_id)).tracks) == [False, True]
        assert [track.playable for track in visitor.send(GetRelease(release_id)).tracks] == [False, False]

    @pytest.mark.parametrize("release_id", [new_id(), "7" + "z" * 21], ids=["unknown", "beyond all ids"])
    def test_that_does_not_exist_is_not_found(self, visitor, release_id):
        with pytest.raises(NotFound):
            visitor.send(GetRelease(release_id))


class TestGetArtist:
    def test_has_their_own_releases_latest_first_and_those_they_appear_on(self, catalogue, visitor, statements):
        old = catalogue.release("Old", tracks=1, date="1990")
        catalogue.release("New", tracks=1, date="2020")
        catalogue.release("Undated", tracks=1)
        catalogue.deliver(
            [
                catalogue.file("m/1.mp3", title="A", artist="The Lanterns", album="Mix", compilation=True),
                catalogue.file("m/2.mp3", title="B", artist="Somebody else", album="Mix", compilation=True),
            ]
        )
        catalogue.transcode_all()
        artist_id = visitor.send(GetRelease(old)).credits[0].artist_id
        artist = visitor.send(GetArtist(artist_id))
        assert artist.name == "The Lanterns"
        assert [release.title for release in artist.releases] == ["New", "Old", "Undated"]
        assert [release.title for release in artist.appears_on] == ["Mix"]
        assert statements(GetArtist(artist_id)) == 3

    def test_with_nothing_to_show_is_not_found(self, catalogue, visitor, core_app):
        release_id = catalogue.release(tracks=1)
        artist_id = visitor.send(GetRelease(release_id)).credits[0].artist_id
        with core_app.app_context(), Session(db.engine) as session:
            session.execute(update(ReleaseRow).values(published_at=None))
            session.commit()
        for wanted in (artist_id, new_id()):
            with pytest.raises(NotFound):
                visitor.send(GetArtist(wanted))


class TestGetCatalogueState:
    def test_begins_at_nothing(self, visitor):
        state = visitor.send(GetCatalogueState())
        assert (state.version, state.next_boundary) == (0, None)

    def test_grows_with_every_visible_change(self, catalogue, visitor):
        versions = [visitor.send(GetCatalogueState()).version]
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"]))
        versions.append(visitor.send(GetCatalogueState()).version)
        catalogue.transcode_all()
        versions.append(visitor.send(GetCatalogueState()).version)
        assert versions == sorted(set(versions))

    def test_names_the_next_moment_a_deal_begins_or_ends(self, catalogue, visitor, core_app):
        catalogue.release(tracks=1)
        soon, later = START + timedelta(hours=1), START + timedelta(days=1)
        with core_app.app_context(), Session(db.engine) as session:
            first, second, *_ = session.scalars(select(DealRow)).all()
            first.ends_at, second.starts_at = later, soon
            session.commit()
        assert visitor.send(GetCatalogueState()).next_boundary == soon
