"""What is in a playlist, and in which order."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.library import Unplayable
from apps.core.contract.playlists import (
    AddToPlaylist,
    CreatePlaylist,
    GetPlaylistTracks,
    ListPlaylists,
    MoveInPlaylist,
    PlaylistChanged,
    RemoveFromPlaylist,
)
from apps.core.database import db
from apps.core.playlists.models import PlaylistTrackRow
from apps.core.playlists.rules import GAP, between
from tests.at_once import at_once

BEYOND = "7" + "z" * 21


class TestAddToPlaylist:
    def test_puts_them_at_the_end_in_order(self, ana, playlist, release, entries, clock, emitted):
        one, two, three, *_ = (track.id for track in release.tracks)
        first = ana.send(AddToPlaylist(playlist.id, (two, one)))
        clock.advance(60)
        second = ana.send(AddToPlaylist(playlist.id, (three, two)))
        found = entries(ana, playlist.id)
        assert [entry.track.track_id for entry in found] == [two, one, three, two]
        assert [entry.id for entry in found] == [*first.entry_ids, *second.entry_ids]
        assert [entry.number for entry in found] == [1, 2, 3, 4]
        assert {(entry.added_by, entry.note) for entry in found} == {("Ana", None)}
        assert (first.left_out, found[3].added_at) == ((), clock.now())
        (told,) = ana.send(ListPlaylists()).items
        assert (told.tracks, told.duration_ms, told.changed_at) == (4, 800_000, clock.now())
        assert emitted(PlaylistChanged) == 3

    def test_leaves_out_what_is_not_offered_here_and_says_which(self, ana, playlist, release, shelf, visitor, deals, titles):
        other = visitor.send(GetRelease(shelf.release("Green", "Ada", tracks=1)))
        deals.only(other.id, "JP")
        unknown, wanted = new_id(), release.tracks[0].id
        added = ana.send(AddToPlaylist(playlist.id, (unknown, wanted, other.tracks[0].id, BEYOND, unknown)))
        assert (len(added.entry_ids), added.left_out) == (1, (unknown, other.tracks[0].id, BEYOND))
        assert titles(ana, playlist.id) == ["1"]

    def test_of_nothing_that_is_offered_changes_nothing(self, ana, playlist, emitted):
        missing = new_id()
        assert ana.send(AddToPlaylist(playlist.id, (missing,))).left_out == (missing,)
        assert ana.send(ListPlaylists()).items == (playlist,)
        assert emitted(PlaylistChanged) == 1

    def test_may_leave_out_recordings_that_are_there(self, ana, filled, release, shelf, visitor):
        again = visitor.send(GetRelease(shelf.again(release.tracks[0], "A compilation"))).tracks[0].id
        new = visitor.send(GetRelease(shelf.release("Green", "Ada", tracks=1))).tracks[0].id
        added = ana.send(AddToPlaylist(filled.id, (again, new, new), only_new=True))
        assert (len(added.entry_ids), added.left_out) == (1, (again,))

    def test_stops_where_a_playlist_is_full(self, ana, filled, release, monkeypatch, titles):
        monkeypatch.setattr("apps.core.playlists.commands.MOST_TRACKS", 6)
        two = tuple(track.id for track in release.tracks[:2])
        with pytest.raises(Conflict, match="this one has 5"):
            ana.send(AddToPlaylist(filled.id, two))
        ana.send(AddToPlaylist(filled.id, two[:1]))
        assert len(titles(ana, filled.id)) == 6

    def test_at_once_loses_none(self, ana, playlist, release, entries):
        at_once([lambda track=track: ana.send(AddToPlaylist(playlist.id, (track.id,))) for track in release.tracks])
        assert {entry.track.track_id for entry in entries(ana, playlist.id)} == {track.id for track in release.tracks}
        (told,) = ana.send(ListPlaylists()).items
        assert (told.tracks, told.duration_ms) == (5, 1_000_000)


class TestRemoveFromPlaylist:
    def test_takes_them_out_and_twice_is_once(self, ana, filled, entries, titles, emitted):
        found = entries(ana, filled.id)
        gone = RemoveFromPlaylist(filled.id, (found[1].id, found[3].id, new_id()))
        for _ in range(2):
            ana.send(gone)
            assert titles(ana, filled.id) == ["1", "3", "5"]
        (told,) = ana.send(ListPlaylists()).items
        assert (told.tracks, told.duration_ms) == (3, 600_000)
        assert emitted(PlaylistChanged) == 3

    def test_leaves_other_playlists_alone(self, ana, filled, entries, titles):
        other = ana.send(CreatePlaylist("Other"))
        ana.send(RemoveFromPlaylist(other.id, tuple(entry.id for entry in entries(ana, filled.id))))
        assert len(titles(ana, filled.id)) == 5


class TestMoveInPlaylist:
    @pytest.mark.parametrize(
        ("moved", "number", "order"),
        [
            (3, 1, "41235"), (3, 2, "14235"), (1, 4, "13425"), (0, 5, "23451"), (0, 99, "23451"), (4, 1, "51234"), (2, 3, "12345"),
            (0, 1, "12345"), (4, 5, "12345"),
        ],
    )  # fmt: skip
    def test_gives_an_entry_that_number(self, ana, filled, entries, titles, moved, number, order):
        entry = entries(ana, filled.id)[moved]
        ana.send(MoveInPlaylist(filled.id, entry.id, number))
        assert "".join(titles(ana, filled.id)) == order

    def test_writes_one_row(self, ana, filled, entries, left):
        before = left(PlaylistTrackRow.position)
        ana.send(MoveInPlaylist(filled.id, entries(ana, filled.id)[4].id, 2))
        assert len(set(before) & set(left(PlaylistTrackRow.position))) == 4

    def test_makes_room_where_there_is_none(self, ana, filled, entries, titles, core_app, left):
        with core_app.app_context(), db.engine.begin() as connection:
            for number, entry in enumerate(entries(ana, filled.id)):
                connection.execute(update(PlaylistTrackRow).where(PlaylistTrackRow.id == entry.id).values(position=number))
        ana.send(MoveInPlaylist(filled.id, entries(ana, filled.id)[4].id, 2))
        assert "".join(titles(ana, filled.id)) == "15234"
        assert (
            min(after - before for before, after in zip(left(PlaylistTrackRow.position), left(PlaylistTrackRow.position)[1:], strict=False))
            > 1
        )

    def test_makes_room_also_where_the_new_key_is_what_the_old_one_was(self, ana, filled, entries, titles, core_app):
        """Three are left: two without room between them, and the last, halfway between the first two keys there are."""
        first, *gone, second, last = entries(ana, filled.id)
        ana.send(RemoveFromPlaylist(filled.id, tuple(entry.id for entry in gone)))
        keys = {first.id: GAP * 3 // 2 - 2, second.id: GAP * 3 // 2 - 1, last.id: GAP * 3 // 2}
        with core_app.app_context(), db.engine.begin() as connection:
            for entry_id, key in keys.items():
                connection.execute(update(PlaylistTrackRow).where(PlaylistTrackRow.id == entry_id).values(position=key))
        assert "".join(titles(ana, filled.id)) == "145"
        ana.send(MoveInPlaylist(filled.id, last.id, 2))
        assert "".join(titles(ana, filled.id)) == "154"

    def test_again_and_again_keeps_the_order(self, ana, filled, entries, titles):
        for _ in range(25):
            ana.send(MoveInPlaylist(filled.id, entries(ana, filled.id)[4].id, 2))
        assert sorted(titles(ana, filled.id)) == ["1", "2", "3", "4", "5"]
        assert titles(ana, filled.id)[0] == "1"

    def test_of_what_is_not_in_it_is_not_found(self, ana, filled, entries):
        other = ana.send(CreatePlaylist("Other"))
        for playlist_id, entry_id in ((filled.id, new_id()), (other.id, entries(ana, filled.id)[0].id)):
            with pytest.raises(NotFound):
                ana.send(MoveInPlaylist(playlist_id, entry_id, 1))


class TestItsPages:
    @pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
    def test_go_on_with_their_numbers(self, ana, filled, entries, size):
        found = entries(ana, filled.id, size=size)
        assert [(entry.number, entry.track.title.split()[-1]) for entry in found] == [(one, str(one)) for one in range(1, 6)]

    def test_keep_what_is_not_offered_any_more_and_say_so(self, ana, filled, release, deals):
        deals.only(release.id, "JP")
        found = ana.send(GetPlaylistTracks(filled.id)).entries.items
        assert {entry.track.unplayable for entry in found} == {Unplayable.NOT_OFFERED}
        assert len(found) == 5


class TestBetween:
    def test_has_room_for_twenty_halvings(self):
        low, high, room = GAP, 2 * GAP, 0
        while (middle := between(low, high)) is not None:
            assert low < middle < high
            high, room = middle, room + 1
        assert room == 20

    def test_goes_on_beyond_the_ends(self):
        assert between(None, 5) == 5 - GAP
        assert between(5, None) == 5 + GAP
        assert between(None, None) == GAP
