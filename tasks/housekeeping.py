"""Keeping the house tidy."""

from __future__ import annotations

from itertools import islice

from apps.core.contract.exports import DropExportedPlays
from apps.core.contract.intake import KEYS_PER_QUERY, QUARANTINE, ListSpentKeys
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.offline import WrapKeysAnew
from tasks.app import celery
from tasks.office import Office, office
from tasks.previews import cut_missing_previews
from tasks.schedule import CLEAR_QUARANTINE, PRUNE, take_slot


@celery.task
def prune() -> None:
    """Remove what has served its time, keys that are being replaced among it, and make up for previews that older audio lacks."""
    if take_slot(office(), PRUNE):
        while office().core.send(PruneExpired()):
            pass
        while office().core.send(WrapKeysAnew()):
            pass
        while office().core.send(DropExportedPlays()):
            pass
        cut_missing_previews(office())


@celery.task
def clear_quarantine() -> None:
    if take_slot(office(), CLEAR_QUARANTINE):
        delete_spent_files(office())


def delete_spent_files(office: Office) -> None:
    """Remove delivered files that were refused, or whose content had been prepared before; the others go when they are transcoded."""
    keys = office.storage.keys(QUARANTINE)
    while batch := tuple(islice(keys, KEYS_PER_QUERY)):
        for key in office.core.send(ListSpentKeys(batch)):
            office.storage.delete(key)
