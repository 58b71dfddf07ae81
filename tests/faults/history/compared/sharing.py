"""Who shares playlists, and the links that let them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from apps.core.contract.sharing import (
    AcceptPlaylistInvitation,
    ChangePlaylistMember,
    FollowPlaylist,
    InviteToPlaylist,
    RemovePlaylistMember,
    RevokePlaylistInvitation,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, pairs, set_to


def links(scene: Scene) -> Iterator[Finding]:
    """Each that was made is there unless it was revoked, and each wish once."""
    rows = scene.rows("SELECT id, playlist_id FROM playlist_invitation")
    there, revocations = {row[0] for row in rows}, [one for one in scene.of((RevokePlaylistInvitation,)) if one.possible]
    made = [one for one in scene.of((InviteToPlaylist,)) if one.possible]
    told = {one.result.invitation.id for one in made if one.done}
    missing = told - there - {one.action.invitation_id for one in revocations}
    yield from (Finding(Wrong.LOST, InviteToPlaylist.__name__, one) for one in missing)
    left = there & {one.action.invitation_id for one in revocations if one.done}
    yield from (Finding(Wrong.LOST, RevokePlaylistInvitation.__name__, f"{one} is still there") for one in left)
    wishes = Counter(playlist_id for playlist_id, _ in {(one.action.playlist_id, one.asked.key or one.asked.id) for one in made})
    for playlist_id, number in Counter(row[1] for row in rows).items():
        if playlist_id in wishes and number > wishes[playlist_id]:
            yield Finding(Wrong.TWICE, InviteToPlaylist.__name__, f"{playlist_id}: {number} instead of {wishes[playlist_id]}")


def members(scene: Scene) -> Iterator[Finding]:
    """Who was let in last is there; whoever was removed after that is not."""
    there = set(scene.rows("SELECT playlist_id, account_id FROM playlist_member"))
    state: dict[tuple[str, str], tuple[str, bool, bool]] = {}
    for one in scene.of((AcceptPlaylistInvitation, FollowPlaylist, RemovePlaylistMember)):
        taken = isinstance(one.action, RemovePlaylistMember)
        if one.done:
            key = (one.action.playlist_id, one.action.account_id) if taken else (one.result.id, one.asked.account)
            state[key] = one.asked.name, not taken, True
        elif one.possible and taken and (key := (one.action.playlist_id, one.action.account_id)) in state:
            state[key] = *state[key][:2], False
    for key, (name, is_in, certain) in state.items():
        if certain and (key in there) != is_in:
            yield Finding(Wrong.LOST, name, f"{key} is {'not ' if is_in else ''}a member")


RULES: tuple[Rule, ...] = (
    Rule((InviteToPlaylist, RevokePlaylistInvitation), links),
    Rule((AcceptPlaylistInvitation, FollowPlaylist, RemovePlaylistMember), members),
    set_to(
        ChangePlaylistMember, wish=lambda one: ((one.action.playlist_id, one.action.account_id), one.action.role.value),
        now=pairs("SELECT playlist_id, account_id, role FROM playlist_member"),
    ),
)  # fmt: skip
