"""Making a playlist of what a file has, and a file of a playlist."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.playlist_files import ExportPlaylist, ImportPlaylist, PlaylistFormat
from apps.core.contract.playlists import (
    MOST_TRACKS,
    AddToPlaylist,
    CreateFolder,
    CreatePlaylist,
    GetPlaylistTracks,
    ListPlaylists,
    PlaylistChanged,
    Visibility,
)
from apps.core.contract.smart import CreateSmartPlaylist, Match, RuleGroup, SmartOrder, SmartRule, TextField, TextRule, TextTest
from apps.core.meter import Meter

SITE = "https://music.example"


def tracks_of(who, playlist_id):
    return [entry.track.track_id for entry in who.send(GetPlaylistTracks(playlist_id, size=100)).entries.items]


class TestImportPlaylist:
    def test_makes_one_of_the_actors_own(self, ana, song, emitted):
        one, two = song("One", seconds=100), song("Two", seconds=50)
        folder = ana.send(CreateFolder("Brought")).id
        made = ana.send(ImportPlaylist("Late", (two, one, two), "Mine", Visibility.UNLISTED, folder))
        assert (made.title, made.description, made.visibility, made.folder_id) == ("Late", "Mine", Visibility.UNLISTED, folder)
        assert (made.tracks, made.duration_ms) == (3, 200_000)
        assert tracks_of(ana, made.id) == [two, one, two]
        assert emitted(PlaylistChanged) == 1

    def test_leaves_out_what_is_not_offered(self, ana, song):
        one = song("One")
        assert tracks_of(ana, ana.send(ImportPlaylist("Late", (new_id(), one))).id) == [one]

    def test_of_nothing_that_is_offered_makes_nothing(self, ana):
        with pytest.raises(NotFound, match="no playlist is made"):
            ana.send(ImportPlaylist("Late", (new_id(),)))
        assert ana.send(ListPlaylists()).items == ()

    def test_takes_as_many_as_a_playlist_has(self, ana, song):
        made = ana.send(ImportPlaylist("Long", (song("One"),) * MOST_TRACKS))
        assert made.tracks == MOST_TRACKS


class TestExportPlaylist:
    @pytest.fixture
    def playlist(self, ana, song):
        tracks = song("One & <two>", isrc="GBABC2600001"), song("=1+1", "Ada", album="Green", seconds=61.4)
        made = ana.send(ImportPlaylist("Late/night", (*tracks, tracks[0]), "Quiet"))
        return made.id, tracks

    @pytest.mark.parametrize("kind", PlaylistFormat)
    def test_is_found_again_whole(self, ana, match_file, playlist, kind):
        playlist_id, (one, two) = playlist
        file = ana.send(ExportPlaylist(playlist_id, kind, SITE))
        assert file.name == f"Late_night.{kind}"
        found = match_file(file.name, file.content)
        assert (found.format, found.track_ids, found.missed) == (kind, (one, two, one), ())

    def test_leads_to_pages_of_tracks_and_to_nothing_else(self, ana, playlist):
        playlist_id, (one, _) = playlist
        file = ana.send(ExportPlaylist(playlist_id, PlaylistFormat.JSPF, f"{SITE}/"))
        told = msgspec.json.decode(file.content)["playlist"]
        assert (told["title"], told["annotation"]) == ("Late/night", "Quiet")
        assert told["track"][0] == {
            "title": "One & <two>", "creator": "The Lanterns", "album": "Blue", "duration": 200_000, "identifier": ["isrc:GBABC2600001"],
            "location": [f"{SITE}/tracks/{one}"],
        }  # fmt: skip

    def test_of_an_empty_one_has_no_entries(self, ana):
        made = ana.send(CreatePlaylist("Empty")).id
        assert ana.send(ExportPlaylist(made, PlaylistFormat.M3U8, SITE)).content == b"#EXTM3U\n#PLAYLIST:Empty\n"

    def test_of_a_smart_one_has_what_fits_for_whoever_asks(self, ana, match_file, song):
        one, two = song("One"), song("Two")
        rule = SmartRule(RuleGroup(Match.ALL, (TextRule(TextField.ARTIST, TextTest.IS, "The Lanterns"),)), SmartOrder.TITLE)
        made = ana.send(CreateSmartPlaylist("Lanterns", rule)).id
        file = ana.send(ExportPlaylist(made, PlaylistFormat.CSV, SITE))
        assert match_file(file.name, file.content).track_ids == (one, two)

    def test_is_for_whoever_may_see_it(self, ana, ben, visitor, playlist):
        for who in (ben, visitor):
            with pytest.raises(NotFound):
                who.send(ExportPlaylist(playlist[0], PlaylistFormat.CSV, SITE))
        shown = ana.send(ImportPlaylist("Shown", playlist[1], visibility=Visibility.UNLISTED)).id
        assert visitor.send(ExportPlaylist(shown, PlaylistFormat.CSV, SITE)).content

    def test_keeps_what_is_no_longer_offered(self, ana, playlist, deals):
        release_id = ana.send(GetPlaylistTracks(playlist[0])).entries.items[0].track.release_id
        deals.none(release_id)
        assert ana.send(ExportPlaylist(playlist[0], PlaylistFormat.CSV, SITE)).content.count(b"GBABC2600001") == 2

    def test_asks_the_database_as_often_however_long_it_is(self, ana, core_app, playlist):
        meter, counted = core_app.extensions["container"].get(Meter), []
        for _ in range(2):
            before = meter.costs["ExportPlaylist"].statements
            ana.send(ExportPlaylist(playlist[0], PlaylistFormat.XSPF, SITE))
            counted.append(meter.costs["ExportPlaylist"].statements - before)
            ana.send(AddToPlaylist(playlist[0], playlist[1] * 100))
        assert counted == [3, 3]
