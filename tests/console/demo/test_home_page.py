"""The home page that the demo leaves."""

from __future__ import annotations

from itertools import count

import pytest

from apps.console.demo.catalogue import SERIES
from apps.console.demo.home_page import FEATURED, MOST_PLAYLISTS, NOTE, arrange_home_page
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.editorial import GetHome, ListShelves, PutShelf, RemoveShelf, ShelfKind
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, Visibility
from tests.factories.shelf import Shelf


@pytest.fixture
def arrange(operator, clock):
    return lambda playlists=(): arrange_home_page(operator, clock.now(), playlists)


@pytest.fixture
def shown(visitor):
    return lambda: [(shelf.kind, shelf.title) for shelf in visitor.send(GetHome()).shelves]


@pytest.fixture
def playlists(ana, catalogue, visitor):
    """More than a shelf shows, each with a track."""
    tracks = tuple(track.id for track in visitor.send(GetRelease(catalogue.release("Low Tide", tracks=1))).tracks)
    made = [ana.send(CreatePlaylist(f"Evening {number}", visibility=Visibility.PUBLIC)).id for number in range(MOST_PLAYLISTS + 1)]
    for playlist_id in made:
        ana.send(AddToPlaylist(playlist_id, tracks))
    return made


class TestTheHomePage:
    def test_has_a_feature_and_what_is_new_and_playlists_the_last_first(self, arrange, catalogue, visitor, playlists):
        featured = catalogue.release(FEATURED, artist="Halcyon Drift", tracks=2)
        arrange(playlists)
        feature, newest, of_listeners = visitor.send(GetHome()).shelves
        assert (feature.kind, feature.releases[0].release.id, feature.releases[0].note) == (ShelfKind.FEATURE, featured, NOTE)
        assert newest.kind is ShelfKind.NEWEST
        assert [one.playlist_id for one in of_listeners.playlists] == playlists[:0:-1]

    def test_has_the_series(self, arrange, catalogue, visitor):
        various = {"album": f"{SERIES}, Vol. 1", "album_artist": "Various Artists"}
        catalogue.deliver(
            catalogue.file(f"{at}.flac", title=f"Piece {at}", artist=artist, track=at, **various)
            for at, artist in enumerate(("Ada", "Cem"), 1)
        )
        catalogue.transcode_all()
        arrange()
        shelf = visitor.send(GetHome()).shelves[-1]
        assert (shelf.kind, [one.title for one in shelf.series]) == (ShelfKind.SERIES, [SERIES])

    def test_has_no_more_than_there_is(self, arrange, catalogue, shown):
        catalogue.release("Something Else")
        arrange()
        assert shown() == [(ShelfKind.NEWEST, "New here")]

    def test_finds_the_feature_behind_much_else(self, arrange, core_app, clock, shown):
        shelf = Shelf(core_app, count())
        shelf.release(FEATURED, "Halcyon Drift", tracks=1)
        clock.advance(1)
        for number in range(101):
            shelf.release(f"Other {number}", "Somebody", tracks=1)
        arrange()
        assert (ShelfKind.FEATURE, "Late tonight") in shown()

    def test_is_left_alone_where_somebody_has_arranged_one(self, arrange, catalogue, shown, operator, clock):
        catalogue.release(FEATURED)
        operator.send(PutShelf("Ours", ShelfKind.NEWEST, (), clock.now()))
        arrange()
        assert shown() == [(ShelfKind.NEWEST, "Ours")]

    def test_is_arranged_once(self, arrange, catalogue, operator):
        catalogue.release(FEATURED)
        arrange()
        for shelf in operator.send(ListShelves())[1:]:
            operator.send(RemoveShelf(shelf.id))
        arrange()
        assert len(operator.send(ListShelves())) == 1
