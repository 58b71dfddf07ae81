"""Playlists that one listener shares with themselves at another place: a link is made, used, and revoked."""

from __future__ import annotations

import random

from apps.core.contract.playlists import CreatePlaylist, EditPlaylist, Visibility
from apps.core.contract.sharing import (
    AcceptPlaylistInvitation,
    ChangePlaylistMember,
    FollowPlaylist,
    InviteToPlaylist,
    RemovePlaylistMember,
    RevokePlaylistInvitation,
    SharedRole,
)
from tests.faults.history.town import Account, Town


def share(town: Town, who: Account, chance: random.Random) -> None:
    """With two of the house's staff, who do nothing else with playlists."""
    playlist = who.website.do(CreatePlaylist(town.new_name("playlist")))
    who.website.again(EditPlaylist(playlist.id, playlist.title, "", Visibility.UNLISTED))
    used, spare = (who.website.do(InviteToPlaylist(playlist.id, SharedRole.VIEWER)) for _ in range(2))
    guest, follower = town.staff
    guest.do(AcceptPlaylistInvitation(used.token))
    follower.again(FollowPlaylist(playlist.id))
    who.website.again(ChangePlaylistMember(playlist.id, str(guest.actor.account_id), SharedRole.EDITOR))
    who.website.again(RevokePlaylistInvitation(playlist.id, spare.invitation.id))
    if chance.random() < 0.7:
        follower.again(RemovePlaylistMember(playlist.id, str(follower.actor.account_id)))
