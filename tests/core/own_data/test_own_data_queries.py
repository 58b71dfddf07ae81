"""What only the file of all that is one's own asks: deleted playlists with what is in them, and uploaded pictures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.errors import Invalid, NotFound, Unavailable
from apps.core.contract.own_data import GetDeletedPlaylist, ListOwnDeletedPlaylists, ReadPlaylistPicture
from apps.core.contract.pictures import RemovePlaylistPicture
from apps.core.contract.playlists import DAYS_TO_RESTORE, CreatePlaylist, DeletePlaylist, RestorePlaylist
from apps.core.contract.sharing import AcceptPlaylistInvitation, InviteToPlaylist, SharedRole
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from apps.core.playlists.statements import MOST_LISTED
from ports.storage.interface import Storage

RULE = SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)))
OVER = timedelta(days=DAYS_TO_RESTORE)


@pytest.fixture
def joined(ana, ben, filled):
    """Ana's playlist, of which Ben is an editor."""
    ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(filled.id, SharedRole.EDITOR)).token))
    return filled


class TestListOwnDeletedPlaylists:
    def test_tells_what_can_be_brought_back_deleted_last_first(self, ana, ben, joined, clock):
        smart = ana.send(CreateSmartPlaylist("Clean", RULE))
        for playlist in (joined, smart):
            clock.advance(60)
            ana.send(DeletePlaylist(playlist.id))
        last, first = ana.send(ListOwnDeletedPlaylists()).items
        assert (last.playlist.title, last.rule, last.deleted_at) == ("Clean", RULE, clock.now())
        assert (first.playlist.id, first.playlist.tracks, first.rule, first.pictured) == (joined.id, 5, None, False)
        assert ben.send(ListOwnDeletedPlaylists()).items == ()
        ana.send(RestorePlaylist(smart.id))
        clock.advance(OVER.total_seconds() - 60)
        assert ana.send(ListOwnDeletedPlaylists()).items == ()

    def test_has_more_of_them_than_their_page_shows(self, ana, clock):
        made = [ana.send(CreatePlaylist(f"Number {number}")).id for number in range(MOST_LISTED + 3)]
        for playlist_id in made:
            ana.send(DeletePlaylist(playlist_id))  # all at one moment
        found, cursor = [], None
        while not found or cursor:
            page = ana.send(ListOwnDeletedPlaylists(cursor, 50))
            found += [one.playlist.id for one in page.items]
            cursor = page.next
        assert sorted(found) == sorted(made)

    @pytest.mark.parametrize("action", [ListOwnDeletedPlaylists("x"), GetDeletedPlaylist])
    def test_and_what_is_in_one_refuse_a_foreign_cursor(self, ana, playlist, action):
        ana.send(DeletePlaylist(playlist.id))
        with pytest.raises(Invalid):
            ana.send(action if isinstance(action, ListOwnDeletedPlaylists) else action(playlist.id, "x"))


class TestGetDeletedPlaylist:
    def test_has_what_is_in_it_and_whose_it_was(self, ana, joined, release):
        ana.send(DeletePlaylist(joined.id))
        first = ana.send(GetDeletedPlaylist(joined.id, size=3))
        second = ana.send(GetDeletedPlaylist(joined.id, first.entries.next, 3))
        tracks = [entry.track.track_id for entry in (*first.entries.items, *second.entries.items)]
        assert tracks == [track.id for track in release.tracks]
        assert [(one.name, one.role) for one in first.members] == [("Ana", "owner"), ("Ben", "editor")]
        assert (second.entries.next, second.members) == (None, ())

    def test_is_its_owner_s_alone_while_it_can_be_brought_back(self, ana, ben, joined, clock):
        for who in (ana, ben):
            with pytest.raises(NotFound):  # it is not deleted
                who.send(GetDeletedPlaylist(joined.id))
        ana.send(DeletePlaylist(joined.id))
        with pytest.raises(NotFound):
            ben.send(GetDeletedPlaylist(joined.id))
        clock.advance(OVER.total_seconds())
        with pytest.raises(NotFound):
            ana.send(GetDeletedPlaylist(joined.id))


class TestReadPlaylistPicture:
    def test_is_the_largest_cover_made_of_it_also_of_a_deleted_one(self, ana, filled, pictured):
        pictured(ana, filled.id, b"a picture")
        assert ana.send(ReadPlaylistPicture(filled.id)).content == b"a picture"
        ana.send(DeletePlaylist(filled.id))
        assert ana.send(ReadPlaylistPicture(filled.id)).content == b"a picture"
        assert [one.pictured for one in ana.send(ListOwnDeletedPlaylists()).items] == [True]

    def test_is_not_there_where_none_shows_nor_for_others_nor_for_ever(self, ana, ben, joined, pictured, clock):
        with pytest.raises(NotFound):
            ana.send(ReadPlaylistPicture(joined.id))
        pictured(ana, joined.id)
        with pytest.raises(NotFound):
            ben.send(ReadPlaylistPicture(joined.id))
        ana.send(RemovePlaylistPicture(joined.id))
        with pytest.raises(NotFound):
            ana.send(ReadPlaylistPicture(joined.id))
        pictured(ana, joined.id)
        ana.send(DeletePlaylist(joined.id))
        clock.advance(OVER.total_seconds())
        with pytest.raises(NotFound):
            ana.send(ReadPlaylistPicture(joined.id))

    def test_says_what_is_wrong_with_its_file(self, ana, filled, pictured, core_app, monkeypatch):
        key, storage = pictured(ana, filled.id), core_app.extensions["container"].get(Storage)

        def broken(key):
            raise OSError(5, "Input/output error", key)

        with monkeypatch.context() as patched:
            patched.setattr(storage, "open", broken)
            with pytest.raises(Unavailable, match="cannot be read at the moment"):
                ana.send(ReadPlaylistPicture(filled.id))
        storage.delete(key)
        with pytest.raises(NotFound):
            ana.send(ReadPlaylistPicture(filled.id))
