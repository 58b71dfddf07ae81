"""Playlists: made, described, seen by whom they are for, deleted and brought back."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.paging import encode_cursor
from apps.core.contract.playlists import (
    DAYS_TO_RESTORE,
    AddToPlaylist,
    ChoosePlaylistCover,
    CreatePlaylist,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    ListDeletedPlaylists,
    ListPlaylists,
    ListRecentPlaylists,
    PlaylistChanged,
    PlaylistRole,
    RemoveFromPlaylist,
    RestorePlaylist,
    Visibility,
)
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow, PlaylistTrackRow


def edit(playlist, **changes) -> EditPlaylist:
    """To what it is already, but for these."""
    fields = {"title": playlist.title, "description": playlist.description, "visibility": playlist.visibility, **changes}
    return EditPlaylist(playlist.id, **fields)


class TestCreatePlaylist:
    def test_makes_it_private_empty_and_the_actor_s_own(self, ana, clock, emitted):
        made = ana.send(CreatePlaylist("Evenings", "For the\nfire"))
        assert (made.title, made.description, made.visibility) == ("Evenings", "For the\nfire", Visibility.PRIVATE)
        assert (made.owner, made.role, made.folder_id, made.tracks, made.duration_ms) == ("Ana", PlaylistRole.OWNER, None, 0, 0)
        assert (made.cover, made.cover_release_id, made.created_at, made.changed_at) == (None, None, clock.now(), clock.now())
        assert ana.send(ListPlaylists()).items == (made,)
        assert emitted(PlaylistChanged) == 1

    def test_twice_makes_two(self, ana):
        first, second = (ana.send(CreatePlaylist("Evenings")) for _ in range(2))
        assert [one.id for one in ana.send(ListPlaylists()).items] == [first.id, second.id]

    def test_once_the_library_is_full_is_refused(self, ana, monkeypatch):
        monkeypatch.setattr("apps.core.playlists.placing.MOST_PLAYLISTS", 1)
        ana.send(CreatePlaylist("Evenings"))
        with pytest.raises(Conflict, match="yours is full"):
            ana.send(CreatePlaylist("Mornings"))

    @pytest.mark.parametrize("title", ["", "a\nb", "x" * 201])
    def test_takes_no_title_that_is_none(self, ana, title):
        with pytest.raises(Invalid):
            ana.send(CreatePlaylist(title))


class TestWhoSeesIt:
    def test_where_it_is_private_is_its_owner_alone(self, ana, ben, visitor, filled):
        assert ana.send(GetPlaylistTracks(filled.id)).playlist.title == "Evenings"
        for who in (ben, visitor):
            with pytest.raises(NotFound):
                who.send(GetPlaylistTracks(filled.id))

    @pytest.mark.parametrize("visibility", [Visibility.UNLISTED, Visibility.PUBLIC])
    def test_where_it_is_not_is_whoever_has_its_address(self, ana, ben, visitor, filled, visibility):
        ana.send(edit(filled, visibility=visibility))
        for who in (ben, visitor):
            seen = who.send(GetPlaylistTracks(filled.id))
            assert (seen.playlist.owner, seen.playlist.role, len(seen.entries.items)) == ("Ana", None, 5)
            assert who is visitor or who.send(ListPlaylists()).items == ()

    def test_may_not_change_it(self, ana, ben, visitor, filled, entries, release):
        ana.send(edit(filled, visibility=Visibility.PUBLIC))
        (first, *_) = entries(ana, filled.id)
        commands = (
            edit(filled, title="Mine"), AddToPlaylist(filled.id, (release.tracks[0].id,)), RemoveFromPlaylist(filled.id, (first.id,)),
        )  # fmt: skip
        for command in commands:
            with pytest.raises(Forbidden):
                ben.send(command)
            with pytest.raises(Unauthenticated):
                visitor.send(command)
        for command in (DeletePlaylist(filled.id), RestorePlaylist(filled.id)):
            with pytest.raises(NotFound):
                ben.send(command)
        assert len(entries(ana, filled.id)) == 5

    def test_may_not_know_whether_there_is_a_private_one(self, ben, filled, release):
        for playlist_id in (filled.id, new_id()):
            for command in (AddToPlaylist(playlist_id, (release.tracks[0].id,)), DeletePlaylist(playlist_id)):
                with pytest.raises(NotFound):
                    ben.send(command)


class TestEditPlaylist:
    def test_sets_what_it_is_called_and_who_sees_it(self, ana, playlist, clock, emitted):
        clock.advance(60)
        edited = ana.send(EditPlaylist(playlist.id, "Nights", "Late", Visibility.UNLISTED))
        expected = {"title": "Nights", "description": "Late", "visibility": Visibility.UNLISTED, "changed_at": clock.now()}
        assert edited == msgspec.structs.replace(playlist, **expected)
        assert emitted(PlaylistChanged) == 2


class TestChoosePlaylistCover:
    def test_takes_that_of_a_release_which_is_in_it(self, ana, filled, shelf, visitor, release):
        other = visitor.send(GetRelease(shelf.release("Green", "Ada", cover="covers/green")))
        with pytest.raises(Invalid):
            ana.send(ChoosePlaylistCover(filled.id, other.id))
        ana.send(AddToPlaylist(filled.id, (other.tracks[0].id,)))
        assert ana.send(ListPlaylists()).items[0].cover_release_id == release.id
        chosen = ana.send(ChoosePlaylistCover(filled.id, other.id))
        assert (chosen.cover, chosen.cover_release_id) == ("/media/covers/green/640.jpg", other.id)
        assert ana.send(edit(filled)).cover_release_id == other.id
        assert ana.send(ChoosePlaylistCover(filled.id)).cover_release_id == release.id


class TestDeletePlaylist:
    def test_takes_it_away_and_brings_it_back_as_it_was(self, ana, filled, clock, emitted):
        before = ana.send(GetPlaylistTracks(filled.id))
        for _ in range(2):
            ana.send(DeletePlaylist(filled.id))
        assert ana.send(ListPlaylists()).items == ana.send(ListRecentPlaylists()) == ()
        assert [one.id for one in ana.send(ListDeletedPlaylists())] == [filled.id]
        for query in (GetPlaylistTracks(filled.id), edit(filled)):
            with pytest.raises(NotFound):
                ana.send(query)
        for _ in range(2):
            assert ana.send(RestorePlaylist(filled.id)) == before.playlist
        assert ana.send(GetPlaylistTracks(filled.id)) == before
        assert ana.send(ListDeletedPlaylists()) == ()
        assert emitted(PlaylistChanged) == 4

    def test_is_for_good_after_a_while(self, ana, ben, filled, clock, worker, left):
        kept = ben.send(CreatePlaylist("Ben's"))
        ana.send(DeletePlaylist(filled.id))
        clock.set(clock.now() + timedelta(days=DAYS_TO_RESTORE))
        worker.send(PruneExpired())
        assert left(PlaylistRow.id) == sorted([filled.id, kept.id])
        for query in (RestorePlaylist(filled.id), DeletePlaylist(filled.id)):
            with pytest.raises(NotFound):
                ana.send(query)
        assert ana.send(ListDeletedPlaylists()) == ()
        clock.advance(1)
        worker.send(PruneExpired())
        assert (left(PlaylistRow.id), left(PlaylistMemberRow.playlist_id), left(PlaylistTrackRow.playlist_id)) == ([kept.id], [kept.id], [])


class TestTheLists:
    def test_go_page_by_page_in_the_actor_s_order(self, ana):
        made = [ana.send(CreatePlaylist(f"Playlist {number}")).id for number in range(5)]
        for size in (1, 2, 5):
            walked, cursor = [], None
            while not walked or cursor:
                page = ana.send(ListPlaylists(cursor=cursor, size=size))
                walked += [one.id for one in page.items]
                cursor = page.next
            assert walked == made

    def test_have_what_was_changed_last_first(self, ana, release, clock):
        made = []
        for number in range(3):
            made.append(ana.send(CreatePlaylist(f"Playlist {number}")).id)
            clock.advance(60)
        ana.send(AddToPlaylist(made[0], (release.tracks[0].id,)))
        for editable in (False, True):
            assert [one.id for one in ana.send(ListRecentPlaylists(editable))] == [made[0], made[2], made[1]]

    def test_take_one_statement_and_a_playlist_two(self, ana, filled, statements):
        asked = (ListPlaylists(), ListRecentPlaylists(), ListDeletedPlaylists(), GetPlaylistTracks(filled.id))
        before = [statements(query) for query in asked]
        for query in asked:
            ana.send(query)
        assert [statements(query) - one for query, one in zip(asked, before, strict=True)] == [1, 1, 1, 2]

    @pytest.mark.parametrize("cursor", ["x", encode_cursor(1), encode_cursor(2**70, "0" * 22, 1), encode_cursor(2**70, "0" * 22)])
    def test_refuse_a_foreign_cursor(self, ana, filled, cursor):
        for query in (ListPlaylists(cursor=cursor), GetPlaylistTracks(filled.id, cursor=cursor)):
            with pytest.raises(Invalid):
                ana.send(query)
