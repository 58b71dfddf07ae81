"""A folder becomes a delivery: what is new in it is read and recorded, and nothing of it is visible yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from apps.console.folder.reading import read_all
from apps.console.folder.walk import Seen
from apps.core.client.interface import Sender
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import CompleteDelivery, ListKnownFiles, OpenDelivery, RecordFiles


def changed(core: Sender, root: Path, seen: Sequence[Seen]) -> list[Seen]:
    """Those that no earlier delivery brought with the same size and time stamp."""
    known: dict[str, tuple[int, int]] = {}
    cursor, more = None, True
    while more:
        page = core.send(ListKnownFiles(str(root), cursor))
        known.update((file.path, (file.size, file.modified_ns)) for file in page.files)
        cursor, more = page.next, page.next is not None
    return [file for file in seen if known.get(file.path) != (file.size, file.modified_ns)]


def deliver(core: Sender, root: Path, files: Sequence[Seen], recorded: Callable[[int], None]) -> DeliveryId:
    """Record the files as one delivery and complete it. `recorded` is told how many more are done."""
    delivery_id = core.send(OpenDelivery(str(root)))
    for batch in read_all(root, files):
        core.send(RecordFiles(delivery_id, tuple(batch)))
        recorded(len(batch))
    core.send(CompleteDelivery(delivery_id))
    return delivery_id
