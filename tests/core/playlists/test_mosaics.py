"""The covers of four releases side by side: what a playlist has for which no cover was chosen."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.editorial import Chosen, GetHome, PutShelf, ShelfKind
from apps.core.contract.playlists import (
    AddToPlaylist,
    ChoosePlaylistCover,
    EditPlaylist,
    GetPlaylistTracks,
    ListRecentPlaylists,
    MoveInPlaylist,
    Visibility,
)
from apps.core.contract.search import Search
from apps.core.contract.smart import CreateSmartPlaylist, Match, RuleGroup, SmartOrder, SmartRule, TextField, TextRule, TextTest


@pytest.fixture
def releases(shelf, visitor):
    """Five with covers, and one without between them."""
    made = [shelf.release(f"Garden {letter}", f"Band {letter}", tracks=2, cover=f"covers/{letter}/0") for letter in "abcde"]
    made.insert(2, shelf.release("Garden without", "Band without", tracks=2))
    return [visitor.send(GetRelease(release_id)) for release_id in made]


@pytest.fixture
def add(ana, playlist):
    """Put the tracks of these into Ana's."""

    def add(*releases):
        return ana.send(AddToPlaylist(playlist.id, tuple(track.id for release in releases for track in release.tracks))).entry_ids

    return add


@pytest.fixture
def mosaic(ana, playlist):
    """By letter, as every list of playlists and the playlist itself have it."""

    def mosaic() -> str:
        shown = ana.send(GetPlaylistTracks(playlist.id)).playlist
        assert [one.mosaic for one in ana.send(ListRecentPlaylists())] == [shown.mosaic]
        return letters(shown)

    return mosaic


def letters(shown) -> str:
    return "".join(address.split("/")[3] for address in shown.mosaic)


class TestAMosaic:
    def test_has_the_first_four_releases_with_covers_in_their_order(self, releases, add, mosaic):
        add(*releases)
        assert mosaic() == "abcd"

    def test_goes_by_where_a_release_comes_first(self, releases, add, mosaic, ana, playlist):
        entries = add(*releases)
        ana.send(MoveInPlaylist(playlist.id, entries[-1], 1))
        assert mosaic() == "eabc"

    def test_is_none_of_fewer(self, releases, add, mosaic):
        add(*releases[:4])
        assert mosaic() == ""

    def test_is_none_where_four_come_too_late(self, releases, add, mosaic):
        for _ in range(12):
            add(releases[0])
        add(*releases)
        assert mosaic() == ""

    def test_is_none_where_a_cover_was_chosen(self, releases, add, mosaic, ana, playlist):
        add(*releases)
        chosen = ana.send(ChoosePlaylistCover(playlist.id, releases[1].id))
        assert (mosaic(), chosen.mosaic, chosen.cover) == ("", (), releases[1].cover)

    def test_is_told_of_playlists_that_are_found_and_that_stand_on_the_home_page(self, releases, add, ana, playlist, staff, visitor, clock):
        add(*releases)
        ana.send(EditPlaylist(playlist.id, "Evenings", "", Visibility.PUBLIC))
        staff.send(PutShelf("Ours", ShelfKind.PLAYLISTS, (Chosen(playlist.id),), clock.now()))
        (found,), (picked,) = visitor.send(Search("Evenings")).playlists, visitor.send(GetHome()).shelves[0].playlists
        assert (letters(found), letters(picked)) == ("abcd", "abcd")

    def test_of_a_smart_playlist_is_of_what_fits(self, releases, ana):
        fits = TextRule(TextField.RELEASE, TextTest.BEGINS_WITH, "Garden")
        smart = ana.send(CreateSmartPlaylist("Gardens", SmartRule(RuleGroup(Match.ALL, (fits,)), SmartOrder.TITLE)))
        assert letters(ana.send(GetPlaylistTracks(smart.id)).playlist) == "abcd"
        assert ana.send(GetPlaylistTracks(smart.id, size=6)).playlist.mosaic == ()
