"""Playlists that several people make: let in by a link, each with what they may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.playlists import (
    AddToPlaylist,
    CreatePlaylist,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    ListPlaylists,
    ListRecentPlaylists,
    MoveInPlaylist,
    PlaylistRole,
    RemoveFromPlaylist,
    Visibility,
)
from apps.core.contract.sharing import (
    DAYS_TO_ACCEPT,
    AcceptPlaylistInvitation,
    ChangePlaylistMember,
    FollowPlaylist,
    GetPlaylistInvitation,
    InviteToPlaylist,
    ListPlaylistMembers,
    OfferedPlaylist,
    RemovePlaylistMember,
    RevokePlaylistInvitation,
    SharedRole,
)
from apps.core.database import reader
from apps.core.sharing import queries as reading
from apps.core.sharing.models import PlaylistInvitationRow

VIEWER, EDITOR = SharedRole.VIEWER, SharedRole.EDITOR


@pytest.fixture
def invite(ana, filled):
    """Lets somebody into Ana's playlist."""

    def invite(who, role=EDITOR):
        return who.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(filled.id, role)).token))

    return invite


def members(who, playlist) -> list[tuple[str, str]]:
    return [(one.name, one.role.value) for one in who.send(ListPlaylistMembers(playlist.id)).members]


class TestALink:
    def test_tells_what_it_is_to_and_lets_in(self, ana, ben, filled, clock):
        made = ana.send(InviteToPlaylist(filled.id, EDITOR))
        assert made.invitation.expires_at == clock.now() + timedelta(days=DAYS_TO_ACCEPT)
        assert ben.send(GetPlaylistInvitation(made.token)) == OfferedPlaylist(filled.id, "Evenings", "Ana", EDITOR, 5)
        joined = ben.send(AcceptPlaylistInvitation(made.token))
        assert (joined.id, joined.role, joined.owner) == (filled.id, PlaylistRole.EDITOR, "Ana")
        assert [one.id for one in ben.send(ListPlaylists()).items] == [filled.id]
        assert members(ben, filled) == [("Ana", "owner"), ("Ben", "editor")]

    def test_is_kept_as_a_digest_alone(self, ana, filled, core_app):
        token = ana.send(InviteToPlaylist(filled.id, EDITOR)).token
        with core_app.app_context(), reader() as connection:
            stored = connection.scalars(select(PlaylistInvitationRow.digest)).one()
        assert token.encode() not in stored

    def test_lets_in_several_and_each_once(self, ana, ben, person, filled):
        token = ana.send(InviteToPlaylist(filled.id, EDITOR)).token
        for who in (ben, ben, person("Cem")):
            who.send(AcceptPlaylistInvitation(token))
        assert members(ana, filled) == [("Ana", "owner"), ("Ben", "editor"), ("Cem", "editor")]

    def test_makes_nobody_less_than_they_are(self, ana, ben, filled, invite):
        invite(ben, EDITOR)
        assert invite(ben, VIEWER).role == PlaylistRole.EDITOR
        assert invite(ana, EDITOR).role == PlaylistRole.OWNER

    def test_makes_a_viewer_an_editor(self, ben, invite):
        invite(ben, VIEWER)
        assert invite(ben, EDITOR).role == PlaylistRole.EDITOR

    def test_ends_when_it_is_revoked_expires_or_its_playlist_goes(self, ana, ben, filled, clock):
        revoked, late, gone = (ana.send(InviteToPlaylist(filled.id, EDITOR)) for _ in range(3))
        for _ in range(2):
            ana.send(RevokePlaylistInvitation(filled.id, revoked.invitation.id))
        self.lets_nobody_in(ben, revoked.token)
        clock.set(late.invitation.expires_at - timedelta(seconds=1))
        ben.send(GetPlaylistInvitation(late.token))
        clock.advance(1)
        self.lets_nobody_in(ben, late.token)
        again = ana.send(InviteToPlaylist(filled.id, EDITOR))
        ana.send(DeletePlaylist(filled.id))
        for one in (gone, again):
            self.lets_nobody_in(ben, one.token)
        self.lets_nobody_in(ben, "x" * 32)

    def lets_nobody_in(self, who, token: str) -> None:
        for action in (GetPlaylistInvitation(token), AcceptPlaylistInvitation(token)):
            with pytest.raises(NotFound, match="lets nobody in"):
                who.send(action)

    def test_is_made_and_seen_by_the_owner_alone(self, ana, ben, filled, invite):
        invite(ben)
        made = ana.send(InviteToPlaylist(filled.id, VIEWER))
        assert made.invitation in ana.send(ListPlaylistMembers(filled.id)).invitations
        assert ben.send(ListPlaylistMembers(filled.id)).invitations == ()
        for command in (InviteToPlaylist(filled.id, VIEWER), RevokePlaylistInvitation(filled.id, made.invitation.id)):
            with pytest.raises(Forbidden):
                ben.send(command)

    def test_is_one_of_not_too_many(self, ana, ben, filled, invite, monkeypatch):
        monkeypatch.setattr("apps.core.sharing.commands.MOST_INVITATIONS", 1)
        invite(ben)
        with pytest.raises(Conflict, match="links to this playlist already"):
            ana.send(InviteToPlaylist(filled.id, VIEWER))

    def test_lets_in_no_more_editors_than_there_may_be(self, ben, person, invite, monkeypatch):
        monkeypatch.setattr("apps.core.sharing.commands.MOST_MEMBERS", 2)
        invite(ben)
        with pytest.raises(Conflict, match="At most 2 people"):
            invite(person("Cem"))

    def test_counts_nobody_who_only_looks_at_it(self, ana, ben, person, filled, invite, monkeypatch):
        monkeypatch.setattr("apps.core.sharing.commands.MOST_MEMBERS", 2)
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.PUBLIC))
        followers = [person(name) for name in ("Cem", "Dora", "Eli")]
        for one in followers:
            one.send(FollowPlaylist(filled.id))
        invite(ben)
        for become_editor in (
            lambda: invite(followers[0]),
            lambda: ana.send(ChangePlaylistMember(filled.id, followers[0].actor.account_id, SharedRole.EDITOR)),
        ):
            with pytest.raises(Conflict, match="At most 2 people"):
                become_editor()
        ana.send(ChangePlaylistMember(filled.id, ben.actor.account_id, SharedRole.EDITOR))  # as they are already

    def test_is_removed_when_it_has_expired_or_its_playlist_is_gone(self, ana, filled, worker, clock, core_app):
        ana.send(InviteToPlaylist(filled.id, VIEWER))
        clock.advance(timedelta(days=DAYS_TO_ACCEPT).total_seconds() + 1)
        worker.send(PruneExpired())
        with core_app.app_context(), reader() as connection:
            assert connection.scalar(select(func.count()).select_from(PlaylistInvitationRow)) == 0


class TestAnEditor:
    def test_adds_moves_and_removes_and_is_named(self, ana, ben, filled, invite, release, entries, titles):
        invite(ben)
        ben.send(AddToPlaylist(filled.id, (release.tracks[0].id,)))
        assert [one.added_by for one in entries(ana, filled.id)] == ["Ana"] * 5 + ["Ben"]
        first = entries(ana, filled.id)[0]
        ben.send(MoveInPlaylist(filled.id, first.id, 6))
        ben.send(RemoveFromPlaylist(filled.id, (entries(ana, filled.id)[0].id,)))
        assert "".join(titles(ana, filled.id)) == "34511"
        assert [one.id for one in ben.send(ListRecentPlaylists(editable=True))] == [filled.id]

    def test_does_not_what_the_owner_does(self, ana, ben, filled, invite):
        invite(ben)
        for command in (EditPlaylist(filled.id, "Mine", "", Visibility.PUBLIC), DeletePlaylist(filled.id)):
            with pytest.raises(Forbidden):
                ben.send(command)

    def test_becomes_a_viewer_or_is_removed(self, ana, ben, filled, invite, release):
        invite(ben)
        ben_id = ben.actor.account_id
        ana.send(ChangePlaylistMember(filled.id, ben_id, VIEWER))
        with pytest.raises(Forbidden):
            ben.send(AddToPlaylist(filled.id, (release.tracks[0].id,)))
        assert len(ben.send(GetPlaylistTracks(filled.id)).entries.items) == 5
        assert ben.send(ListRecentPlaylists(editable=True)) == ()
        for _ in range(2):
            ana.send(RemovePlaylistMember(filled.id, ben_id))
        with pytest.raises(NotFound):
            ben.send(GetPlaylistTracks(filled.id))
        assert ben.send(ListPlaylists()).items == ()
        with pytest.raises(NotFound):
            ana.send(ChangePlaylistMember(filled.id, ben_id, EDITOR))


class TestMembers:
    def test_leave_and_remove_nobody_else(self, ana, ben, person, filled, invite):
        cem = person("Cem")
        for who in (ben, cem):
            invite(who)
        with pytest.raises(Forbidden):
            ben.send(RemovePlaylistMember(filled.id, cem.actor.account_id))
        ben.send(RemovePlaylistMember(filled.id, ben.actor.account_id))
        assert members(ana, filled) == [("Ana", "owner"), ("Cem", "editor")]

    def test_the_owner_among_them_stays_so(self, ana, filled):
        for command in (
            RemovePlaylistMember(filled.id, ana.actor.account_id), ChangePlaylistMember(filled.id, ana.actor.account_id, VIEWER),
        ):  # fmt: skip
            with pytest.raises(Invalid):
                ana.send(command)

    def test_are_seen_by_members_alone(self, ana, ben, filled, statements):
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.PUBLIC))
        for playlist_id in (filled.id, new_id()):
            with pytest.raises(NotFound):
                ben.send(ListPlaylistMembers(playlist_id))
        ana.send(ListPlaylistMembers(filled.id))
        before = statements(ListPlaylistMembers(filled.id))
        ana.send(ListPlaylistMembers(filled.id))
        assert statements(ListPlaylistMembers(filled.id)) - before == 2


class TestFollowPlaylist:
    def test_keeps_what_can_be_seen_and_no_more(self, ana, ben, filled):
        with pytest.raises(NotFound):
            ben.send(FollowPlaylist(filled.id))
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.UNLISTED))
        for _ in range(2):
            assert ben.send(FollowPlaylist(filled.id)).role == PlaylistRole.VIEWER
        assert ana.send(FollowPlaylist(filled.id)).role == PlaylistRole.OWNER
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.PRIVATE))
        assert len(ben.send(GetPlaylistTracks(filled.id)).entries.items) == 5

    def test_in_a_full_library_is_refused(self, ana, ben, filled, monkeypatch):
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.PUBLIC))
        ben.send(CreatePlaylist("Ben's"))
        monkeypatch.setattr("apps.core.playlists.placing.MOST_PLAYLISTS", 1)
        with pytest.raises(Conflict, match="yours is full"):
            ben.send(FollowPlaylist(filled.id))


class TestAPlaylistThatThousandsKeep:
    def test_is_still_theirs_who_came_last(self, ana, ben, person, filled, monkeypatch):
        monkeypatch.setattr(reading, "MEMBERS", reading.MEMBERS.limit(2))
        ana.send(EditPlaylist(filled.id, "Evenings", "", Visibility.PUBLIC))
        last = person("Cem")
        for one in (ben, last):
            one.send(FollowPlaylist(filled.id))
        assert [one.name for one in last.send(ListPlaylistMembers(filled.id)).members] == ["Ana", "Cem"]
