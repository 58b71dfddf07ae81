"""Pictures that people upload, and take away again."""

from __future__ import annotations

import random

from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.pictures import PictureSubject, PutPicture, PutPlaylistPicture, RemovePlaylistPicture, TakeDownPicture
from apps.core.contract.playlists import CreatePlaylist
from tests.faults.history.town import Town


def a_picture(chance: random.Random) -> bytes:
    """As far as its first bytes tell."""
    return b"\xff\xd8\xff" + chance.randbytes(2000)


def paint(town: Town, chance: random.Random) -> None:
    """By somebody new, as one account may send a picture every few seconds only."""
    who = town.register("painter")
    playlist = who.website.do(CreatePlaylist(town.new_name("playlist")))
    who.website.do(PutPlaylistPicture(playlist.id, a_picture(chance)))
    if town.minded(RemovePlaylistPicture, chance, 0.3):
        who.website.again(RemovePlaylistPicture(playlist.id))


def cover_a_compilation(town: Town, chance: random.Random) -> None:
    release_id = town.operator.do(AssembleCompilation(town.new_name("compilation"), (town.a_track(chance),)))
    town.operator.do(PutPicture(PictureSubject.RELEASE, release_id, a_picture(chance)))
    if town.minded(TakeDownPicture, chance, 0.3):
        town.operator.again(TakeDownPicture(PictureSubject.RELEASE, release_id))
