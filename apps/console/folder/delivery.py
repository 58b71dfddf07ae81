"""A folder becomes a delivery: what is new in it is read and recorded, and nothing of it is visible yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from apps.console.folder.reading import read_all
from apps.console.folder.walk import Seen
from apps.core.client.interface import Sender
from apps.core.contract.codec import MAXIMUM_BYTES, encoder
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import CompleteDelivery, FolderAudience, FoundFile, KnownFile, ListKnownFiles, RecordFiles, SetFolderAudience

MOST_BYTES = MAXIMUM_BYTES // 2


def sort_out(core: Sender, root: Path, seen: Sequence[Seen]) -> tuple[list[Seen], list[KnownFile]]:
    """What is new or changed, and what an earlier delivery brought with the same size and time stamp, beside the same picture."""
    known = known_files(core, root)
    fresh: list[Seen] = []
    unchanged: list[KnownFile] = []
    for file in seen:
        before = known.get(file.path)
        if before is not None and _stamp(before) == _stamp(file):
            unchanged.append(before)
        else:
            fresh.append(file)
    return fresh, unchanged


def deliver(core: Sender, delivery_id: DeliveryId, root: Path, files: Sequence[Seen], recorded: Callable[[int], None]) -> None:
    """Record the files in the open delivery and complete it. `recorded` is told how many more are done."""
    for batch in read_all(root, files):
        for part in _that_fit(batch):
            core.send(RecordFiles(delivery_id, tuple(part)))
            recorded(len(part))
    core.send(CompleteDelivery(delivery_id))


def set_audience(core: Sender, root: Path, for_subscribers: bool | None) -> FolderAudience:
    """Move what the folder brought before to these listeners, some releases at a time; None: leave it as it is.

    Returns whom it is for, and how many releases had been for others.
    """
    done = core.send(SetFolderAudience(str(root), for_subscribers))
    moved = done.moved
    while done.next is not None:
        done = core.send(SetFolderAudience(str(root), done.subscribers_only, done.next))
        moved += done.moved
    return FolderAudience(done.subscribers_only, moved, None)


def _that_fit(files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
    """Parts that fit one Action, however much their tags say."""
    part: list[FoundFile] = []
    size = 0
    for file in files:
        more = len(encoder.encode(file))
        if part and size + more > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(file)
        size += more
    if part:
        yield part


def _stamp(file: Seen | KnownFile) -> tuple[object, ...]:
    return file.size, file.modified_ns, file.picture


def known_files(core: Sender, root: Path) -> dict[str, KnownFile]:
    """What earlier deliveries of the folder brought, by path."""
    known: dict[str, KnownFile] = {}
    cursor, more = None, True
    while more:
        page = core.send(ListKnownFiles(str(root), cursor))
        known.update((file.path, file) for file in page.files)
        cursor, more = page.next, page.next is not None
    return known
