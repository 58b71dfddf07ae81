"""The radio model as Core reads it: mapped into memory, so that processes share it and none of it is read in vain."""

from __future__ import annotations

import mmap
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from heapq import nlargest
from pathlib import Path
from typing import Self

from apps.core.contract.radio_model import HEADER, ID, MAGIC, NUMBER, VERSION, file_size

HOTTEST = 50
STEP = 64
"""Of so many ids one is kept beside the file, to find the others by."""


class DamagedModel(Exception):
    """The file is not a model, or not all of one."""


class Model:
    """Which recordings are heard together. Recordings are known by their place in the file; safe to use from any number of threads."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        """Raises `DamagedModel`."""
        if len(data) < HEADER.size:
            raise DamagedModel("It is shorter than a header.")
        magic, version, _, size, neighbours, _ = HEADER.unpack_from(data)
        if magic != MAGIC or version != VERSION:
            raise DamagedModel("It is no model of this version.")
        if len(data) != file_size(size, neighbours):
            raise DamagedModel(f"It has {len(data)} bytes and should have {file_size(size, neighbours)}.")
        self.size: int = size
        view, start = memoryview(data), HEADER.size
        self._data = data
        starts = start + size * ID
        shares = starts + (size + 1) * NUMBER
        plays = shares + size * NUMBER
        indexes = plays + size * NUMBER
        nearness = indexes + neighbours * NUMBER
        self._starts = view[starts:shares].cast("I")
        self._shares = view[shares:plays].cast("f")
        self._plays = view[plays:indexes].cast("f")
        self._indexes = view[indexes:nearness].cast("I")
        self._nearness = view[nearness:].cast("f")
        if self._starts[size] != neighbours:
            raise DamagedModel("Its neighbours do not end where they should.")
        self._stairs = [self.id_of(place) for place in range(0, size, STEP)]
        self.hottest = tuple((place, self._shares[place]) for place in nlargest(HOTTEST, range(size), self._shares.__getitem__))
        """The recordings that were played most lately, with their shares of all that was."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises `DamagedModel`, and `OSError` where the file cannot be read."""
        with path.open("rb") as file:
            try:
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            except ValueError:
                raise DamagedModel("It is empty.") from None

    def find(self, recording_id: bytes) -> int | None:
        """The place of a recording, by its 16 bytes; None where nobody has heard it."""
        start = (bisect_right(self._stairs, recording_id) - 1) * STEP
        place = bisect_left(range(self.size), recording_id, max(start, 0), min(start + STEP, self.size), key=self.id_of)
        return place if place < self.size and self.id_of(place) == recording_id else None

    def id_of(self, place: int) -> bytes:
        start = HEADER.size + place * ID
        return self._data[start : start + ID]

    def neighbours(self, place: int) -> tuple[Sequence[int], Sequence[float]]:
        """The places of what is heard with it, the nearest first, and how near each is."""
        start, end = self._starts[place], self._starts[place + 1]
        return self._indexes[start:end].tolist(), self._nearness[start:end].tolist()

    def plays(self, place: int) -> float:
        """How much it was heard, older listening counting less."""
        return self._plays[place]

    def plays_of_all(self) -> Mapping[bytes, float]:
        """The same of every recording, by its 16 bytes: for whoever wants most of them, as each is searched for otherwise."""
        return {self.id_of(place): plays for place, plays in enumerate(self._plays.tolist())}
