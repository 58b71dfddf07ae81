"""A folder becomes a delivery: what is new in it is read and recorded, and nothing of it is visible yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.console.folder.reading import read_all
from apps.console.folder.walk import UNREADABLE_FOLDER, Seen
from apps.core.client.interface import Sender
from apps.core.contract.codec import MAXIMUM_BYTES, encoder
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import (
    FILES_PER_COMMAND,
    CompleteDelivery,
    FolderAudience,
    FoundFile,
    HideRemovedFiles,
    KnownFile,
    ListKnownFiles,
    RecordFiles,
    SetFolderAudience,
)

MOST_BYTES = MAXIMUM_BYTES // 2


@dataclass(frozen=True)
class Sorted:
    """What lies in a folder, beside what earlier deliveries brought from it."""

    fresh: Sequence[Seen]
    """New or changed."""
    unchanged: Sequence[KnownFile]
    """With the same size and time stamp, beside the same picture."""
    moved: int
    """How many of the new were known at another place."""
    gone: Sequence[KnownFile]
    """Taken then, and nowhere in the folder now."""


def sort_out(core: Sender, root: Path, seen: Sequence[Seen], *, again: bool = False) -> Sorted:
    """With `again` all of it counts as changed."""
    known = known_files(core, root)
    fresh: list[Seen] = []
    unchanged: list[KnownFile] = []
    for file in seen:
        before = known.get(file.path)
        if not again and before is not None and _stamp(before) == _stamp(file):
            unchanged.append(before)
        else:
            fresh.append(file)
    away = {(file.size, file.modified_ns): file for file in _away(known, seen)}
    there = {(file.size, file.modified_ns) for file in seen}
    moved = sum((file.size, file.modified_ns) in away for file in fresh)
    return Sorted(fresh, unchanged, moved, [file for stamp, file in away.items() if stamp not in there])


def _away(known: Mapping[str, KnownFile], seen: Sequence[Seen]) -> list[KnownFile]:
    """What was taken and is not where it was; a folder that may not be read now, or a disk that is not there, says nothing."""
    met = {file.path for file in seen}
    unread = tuple(f"{file.path}/" for file in seen if file.refusal == UNREADABLE_FOLDER)
    if not met:
        return []
    return [file for path, file in known.items() if path not in met and not file.refusal and not path.startswith(unread)]


def hide(core: Sender, root: Path, gone: Sequence[KnownFile]) -> int:
    """Have what the files brought hidden; returns how many tracks that were."""
    batches = (gone[start : start + FILES_PER_COMMAND] for start in range(0, len(gone), FILES_PER_COMMAND))
    return sum(core.send(HideRemovedFiles(str(root), tuple(file.path for file in batch))).tracks for batch in batches)


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
