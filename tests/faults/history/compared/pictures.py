"""Uploaded pictures: whether each is shown that was asked for last, with every size of its cover."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from apps.core.contract.ids import PlaylistId
from apps.core.contract.jobs import PictureWork
from apps.core.contract.pictures import (
    PutPicture,
    PutPlaylistPicture,
    RecordPicture,
    RemovePlaylistPicture,
    TakeDownPicture,
    own_cover,
)
from ports.transcoder.interface import COVER_SIDES
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, pairs, set_to
from tests.faults.history.record import Operation

SHOWN = "SELECT subject_id, shown_id IS NOT NULL FROM picture"


def _wish(one: Operation) -> tuple[PlaylistId, bool]:
    action = one.action
    listeners = isinstance(action, PutPlaylistPicture | RemovePlaylistPicture)
    return action.playlist_id if listeners else action.subject_id, isinstance(action, PutPlaylistPicture | PutPicture)


def own_covers(scene: Scene) -> Iterator[Finding]:
    """Each that was recorded is the one that its job was for, and each that is shown lies there in every size."""
    works = {
        job: msgspec.json.decode(work, type=PictureWork) for job, work in scene.rows("SELECT id, work FROM job WHERE kind = 'picture'")
    }
    for one in scene.of((RecordPicture,)):
        if one.done and own_cover(works[one.action.job_id].picture_id) != one.action.key:
            yield Finding(Wrong.LOST, RecordPicture.__name__, one.action.key)
    for (picture_id,) in scene.rows("SELECT shown_id FROM picture WHERE shown_id IS NOT NULL"):
        for key in (f"{own_cover(picture_id)}/{side}.jpg" for side in COVER_SIDES):
            if scene.house.storage.size(key) is None:
                yield Finding(Wrong.LOST, RecordPicture.__name__, key)


RULES: tuple[Rule, ...] = (
    set_to(PutPlaylistPicture, RemovePlaylistPicture, PutPicture, TakeDownPicture, wish=_wish, now=pairs(SHOWN)),
    Rule((RecordPicture,), own_covers),
)
