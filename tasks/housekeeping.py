"""Keeping the house tidy."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice

from apps.core.contract.actions import Query
from apps.core.contract.exports import DropExportedPlays
from apps.core.contract.genres import FileUnfiledReleases
from apps.core.contract.intake import KEYS_PER_QUERY, QUARANTINE, ListSpentKeys
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.offline import WrapKeysAnew
from apps.core.contract.pictures import OWN_COVERS, UPLOADED, ListSpentPictures
from tasks.app import celery
from tasks.office import Office, office
from tasks.previews import cut_missing_previews
from tasks.schedule import CLEAR_QUARANTINE, PRUNE, take_slot


@celery.task
def prune() -> None:
    """Remove what has served its time, keys that are being replaced among it, and make up for what older versions left: releases
    under no genre, audio without a preview."""
    if take_slot(office(), PRUNE):
        while office().core.send(PruneExpired()):
            pass
        while office().core.send(WrapKeysAnew()):
            pass
        while office().core.send(DropExportedPlays()):
            pass
        while office().core.send(FileUnfiledReleases()):
            pass
        cut_missing_previews(office())


@celery.task
def clear_quarantine() -> None:
    if take_slot(office(), CLEAR_QUARANTINE):
        delete_spent_files(office())
        delete_spent_pictures(office())


def delete_spent_files(office: Office) -> None:
    """Remove delivered files that were refused, or whose content had been prepared before; the others go when they are transcoded."""
    _delete_spent(office, ListSpentKeys, QUARANTINE)


def delete_spent_pictures(office: Office) -> None:
    """Remove uploaded pictures that nothing is made of, and covers made of them that were replaced or taken away."""
    _delete_spent(office, ListSpentPictures, UPLOADED, OWN_COVERS)


def _delete_spent(office: Office, ask: Callable[[tuple[str, ...]], Query[tuple[str, ...]]], *prefixes: str) -> None:
    keys = chain.from_iterable(map(office.storage.keys, prefixes))
    while batch := tuple(islice(keys, KEYS_PER_QUERY)):
        for key in office.core.send(ask(batch)):
            office.storage.delete(key)
