"""The radio model's file: which recordings are heard together, as workers write it and Core maps it into memory.

Little-endian, and all of fixed width, in this order, without gaps:

- the header: `HEADER`;
- for each recording, in the order of its id: the id (16 bytes);
- for each recording, and once more at the end: where its neighbours begin (u32);
- for each recording: its share of what was played lately (f32), then for each how much it was heard at all (f32);
- for each neighbour, of each recording the nearest first: which recording it is (u32), then for each how near (f32).
"""

from __future__ import annotations

import struct

MAGIC = b"CLRM"
VERSION = 1
HEADER = struct.Struct("<4sHHIIQ")
"""Magic, version, nothing, recordings, neighbours, nothing."""
ID = 16
NUMBER = 4
NEIGHBOURS = 150
"""Of one recording, at most."""


def file_size(recordings: int, neighbours: int) -> int:
    """Bytes."""
    return HEADER.size + recordings * (ID + 3 * NUMBER) + NUMBER + neighbours * 2 * NUMBER
