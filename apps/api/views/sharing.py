"""Sharing playlists."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key
from apps.core.contract.ids import AccountId, PlaylistId, PlaylistInvitationId
from apps.core.contract.sharing import (
    AcceptPlaylistInvitation,
    ChangePlaylistMember,
    FollowPlaylist,
    GetPlaylistInvitation,
    InviteToPlaylist,
    ListPlaylistMembers,
    RemovePlaylistMember,
    RevokePlaylistInvitation,
    SharedRole,
)

views = Blueprint("sharing", __name__)


class GivenRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: SharedRole


@views.get("/playlists/<id:playlist_id>/members")
@sends(ListPlaylistMembers)
def members(playlist_id: PlaylistId) -> Response:
    return personal(core().send(ListPlaylistMembers(playlist_id)))


@views.put("/playlists/<id:playlist_id>/members/<id:account_id>")
@sends(ChangePlaylistMember, body=GivenRole, status=204)
def change(playlist_id: PlaylistId, account_id: AccountId) -> Response:
    core().send(ChangePlaylistMember(playlist_id, account_id, body(GivenRole).role))
    return nothing()


@views.delete("/playlists/<id:playlist_id>/members/<id:account_id>")
@sends(RemovePlaylistMember, status=204)
def remove(playlist_id: PlaylistId, account_id: AccountId) -> Response:
    core().send(RemovePlaylistMember(playlist_id, account_id))
    return nothing()


@views.post("/playlists/<id:playlist_id>/followers")
@sends(FollowPlaylist)
def follow(playlist_id: PlaylistId) -> Response:
    return done(core().send(FollowPlaylist(playlist_id)))


@views.post("/playlists/<id:playlist_id>/invitations")
@sends(InviteToPlaylist, body=GivenRole, status=201, repeatable=True)
def invite(playlist_id: PlaylistId) -> Response:
    return done(core().send(InviteToPlaylist(playlist_id, body(GivenRole).role), idempotency_key()), status=201)


@views.delete("/playlists/<id:playlist_id>/invitations/<id:invitation_id>")
@sends(RevokePlaylistInvitation, status=204)
def revoke(playlist_id: PlaylistId, invitation_id: PlaylistInvitationId) -> Response:
    core().send(RevokePlaylistInvitation(playlist_id, invitation_id))
    return nothing()


@views.post("/playlist-invitations/lookups")
@sends(GetPlaylistInvitation, body=GetPlaylistInvitation)
def look_up() -> Response:
    """A token is sent in a body, which no log has."""
    return done(core().send(body(GetPlaylistInvitation)))


@views.post("/playlist-invitations/acceptances")
@sends(AcceptPlaylistInvitation, body=AcceptPlaylistInvitation)
def accept() -> Response:
    return done(core().send(body(AcceptPlaylistInvitation)))
