"""Sharing a playlist: its members, links that let others in, and the page that such a link leads to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.errors import Invalid
from apps.core.contract.ids import AccountId, PlaylistId, PlaylistInvitationId
from apps.core.contract.playlists import GetPlaylistTracks
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
from apps.website.actor import core, viewer

views = Blueprint("sharing", __name__, url_prefix="/playlists")


@views.get("/<id:playlist_id>/share")
def show(playlist_id: PlaylistId) -> str:
    return _page(playlist_id)


@views.post("/<id:playlist_id>/share")
def invite(playlist_id: PlaylistId) -> str:
    """The answer has the link, which is told this once."""
    made = core().send(InviteToPlaylist(playlist_id, _role()))
    return _page(playlist_id, url_for("sharing.join", token=made.token, _external=True))


def _page(playlist_id: PlaylistId, link: str = "") -> str:
    detail, shared = core().send_many(GetPlaylistTracks(playlist_id, size=1), ListPlaylistMembers(playlist_id))
    return render_template("playlists/share.html", playlist=detail.playlist, shared=shared, link=link, roles=SharedRole)


@views.post("/<id:playlist_id>/invitations/<id:invitation_id>/revoke")
def revoke(playlist_id: PlaylistId, invitation_id: PlaylistInvitationId) -> ResponseReturnValue:
    core().send(RevokePlaylistInvitation(playlist_id, invitation_id))
    return redirect(url_for("sharing.show", playlist_id=playlist_id), 303)


@views.post("/<id:playlist_id>/members/<id:account_id>/change")
def change(playlist_id: PlaylistId, account_id: AccountId) -> ResponseReturnValue:
    core().send(ChangePlaylistMember(playlist_id, account_id, _role()))
    return redirect(url_for("sharing.show", playlist_id=playlist_id), 303)


@views.post("/<id:playlist_id>/members/<id:account_id>/remove")
def remove(playlist_id: PlaylistId, account_id: AccountId) -> ResponseReturnValue:
    """Who has left has no business on its pages any more."""
    core().send(RemovePlaylistMember(playlist_id, account_id))
    user = viewer()
    left = user is not None and user.account.id == account_id
    return redirect(url_for("playlists.index") if left else url_for("sharing.show", playlist_id=playlist_id), 303)


@views.post("/<id:playlist_id>/follow")
def follow(playlist_id: PlaylistId) -> ResponseReturnValue:
    core().send(FollowPlaylist(playlist_id))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


@views.get("/join/<token>")
def join(token: str) -> str:
    return render_template("playlists/join.html", offered=core().send(GetPlaylistInvitation(token)), token=token)


@views.post("/join/<token>")
def accept(token: str) -> ResponseReturnValue:
    joined = core().send(AcceptPlaylistInvitation(token))
    return redirect(url_for("playlists.show", playlist_id=joined.id), 303)


def _role() -> SharedRole:
    try:
        return SharedRole(request.form.get("role", ""))
    except ValueError:
        raise Invalid("Nobody has that part in a playlist.", "Choose whether they look at it or change it.") from None
