"""What listeners make of music: playlists, and folders for them."""

from __future__ import annotations

import random

from apps.core.contract.playlist_files import ImportPlaylist
from apps.core.contract.playlists import (
    AddToPlaylist,
    ChoosePlaylistCover,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    MoveFolder,
    MoveInPlaylist,
    MovePlaylist,
    RemoveFromPlaylist,
    RenameFolder,
    RestorePlaylist,
    Visibility,
)
from apps.core.contract.smart import ChangeSmartRule, CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from tests.faults.history.town import Account, Town

TRACKS = 4


def collect(town: Town, who: Account, chance: random.Random) -> None:
    """A playlist that is added to, put in order and described; what is first stays so until another is moved there."""
    playlist = who.website.do(CreatePlaylist(town.new_name("playlist")))
    added = who.website.do(AddToPlaylist(playlist.id, tuple(town.a_track(chance) for _ in range(TRACKS))))
    for entry_id in added.entry_ids[:0:-1]:
        who.website.again(MoveInPlaylist(playlist.id, entry_id, 1))
    who.website.again(EditPlaylist(playlist.id, playlist.title, f"of {chance.randrange(1000)}", Visibility.UNLISTED))
    track = who.website.ask(GetPlaylistTracks(playlist.id)).entries.items[0].track
    who.website.again(ChoosePlaylistCover(playlist.id, track.release_id))
    who.website.once(AddToPlaylist(playlist.id, (town.a_track(chance),)))


def bring(town: Town, who: Account, chance: random.Random) -> None:
    """A playlist that comes with its tracks from elsewhere, one of them twice."""
    tracks = tuple(town.a_track(chance) for _ in range(TRACKS))
    who.website.once(ImportPlaylist(town.new_name("playlist"), (*tracks, tracks[0])))


def thin_out(town: Town, who: Account, chance: random.Random) -> None:
    playlist = who.website.do(CreatePlaylist(town.new_name("playlist")))
    added = who.website.do(AddToPlaylist(playlist.id, tuple(town.a_track(chance) for _ in range(TRACKS))))
    who.website.again(RemoveFromPlaylist(playlist.id, added.entry_ids[::2]))
    who.website.again(DeletePlaylist(playlist.id))
    if chance.random() < 0.5:
        who.website.again(RestorePlaylist(playlist.id))


def arrange(town: Town, who: Account, chance: random.Random) -> None:
    """Folders that stay, one of them within the other and with a playlist, and one that does not."""
    outer, inner, spare = (who.website.do(CreateFolder(town.new_name("folder"))) for _ in range(3))
    playlist = who.website.do(CreatePlaylist(town.new_name("playlist")))
    who.website.again(MoveFolder(inner.id, outer.id))
    who.website.again(MovePlaylist(playlist.id, inner.id))
    who.website.again(RenameFolder(outer.id, town.new_name("folder")))
    who.website.again(DeleteFolder(spare.id))
    who.website.again(MovePlaylist(playlist.id, chance.choice([outer.id, inner.id, None])))


def rule(town: Town, who: Account, chance: random.Random) -> None:
    wishes = [SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)), limit=chance.randrange(1, 100)) for _ in range(2)]
    playlist = who.website.do(CreateSmartPlaylist(town.new_name("playlist"), wishes[0]))
    who.website.again(ChangeSmartRule(playlist.id, wishes[1]))
