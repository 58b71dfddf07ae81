"""Training the radio model: from listening to which recordings are heard together.

A list is what was heard, or put, together: a stretch of somebody's listening, a session, a programme, a playlist. Two recordings are near
each other where many lists have both, as cosine similarity has it, with these changes:

- the closer they stand in a list, the more it says, where lists have an order;
- a list counts half as much for each 60 days that it is older than the newest;
- what few have heard is near to nothing (shrinkage), and what everybody has is held less against a neighbour than the cosine does;
- a list of more than 400 counts as the last 400 of it, so that the work grows with the listening and not with its square.

`docs/radio.md` has what each of these is worth. The statements are SQL that every engine of the port knows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from apps.core.contract.radio_model import HEADER, MAGIC, NEIGHBOURS, VERSION
from ports.analytics.interface import Analytics

HALF_LIFE_DAYS = 60.0
LATELY_DAYS = 7.0
"""What is in fashion: plays, each counting half as much for each week of its age."""
LONGEST_LIST = 400
AT_ONCE = 2_000
"""Recordings whose neighbours are in memory together."""
SECONDS = 86_400.0

MEMBERS = """
WITH lists AS (SELECT list, MAX(played_at) AS ended FROM entries GROUP BY list),
members AS (SELECT list, id, MIN(place) AS place FROM entries GROUP BY list, id),
ranked AS (
    SELECT list, id, place, ROW_NUMBER() OVER (PARTITION BY list ORDER BY place DESC, id) AS from_end FROM members
)
SELECT ranked.list, ranked.id, ranked.place,
    COALESCE(POWER(0.5, (EPOCH((SELECT MAX(ended) FROM lists)) - EPOCH(lists.ended)) / ($second * $half_life)), 1.0) AS weight
FROM ranked JOIN lists ON lists.list = ranked.list
WHERE ranked.from_end <= $longest
"""
"""Each recording of each list, once."""

ITEMS = """
WITH heard AS (SELECT id, SUM(weight) AS plays FROM members GROUP BY id),
recent AS (
    SELECT id, SUM(POWER(0.5, (EPOCH((SELECT MAX(played_at) FROM entries)) - EPOCH(played_at)) / ($second * $lately))) AS share
    FROM entries WHERE played_at IS NOT NULL GROUP BY id
)
SELECT heard.id, ROW_NUMBER() OVER (ORDER BY heard.id) - 1 AS number, heard.plays,
    COALESCE(recent.share / (SELECT SUM(share) FROM recent), 0.0) AS share
FROM heard LEFT JOIN recent ON recent.id = heard.id
ORDER BY heard.id
"""
"""Each recording with its place in the model."""

NEAREST = """
WITH placed AS (SELECT members.list, items.number, members.place, members.weight FROM members JOIN items ON items.id = members.id),
pairs AS (
    SELECT one.number AS one, other.number AS other, SUM(
        one.weight * CASE WHEN one.place IS NULL THEN 1.0 ELSE 0.3 + 1.4 / (1.0 + ABS(other.place - one.place)) END
    ) AS together
    FROM placed AS one JOIN placed AS other ON other.list = one.list AND other.number > one.number
    GROUP BY one.number, other.number
),
ways AS (SELECT one, other, together FROM pairs UNION ALL SELECT other, one, together FROM pairs),
near AS (
    SELECT ways.one, ways.other, ways.together / (POWER(mine.plays, 0.65) * POWER(theirs.plays, 0.35) + 4.0) AS nearness
    FROM ways JOIN items AS mine ON mine.number = ways.one JOIN items AS theirs ON theirs.number = ways.other
),
ranked AS (SELECT one, other, nearness, ROW_NUMBER() OVER (PARTITION BY one ORDER BY nearness DESC, other) AS nth FROM near)
SELECT one, other, nearness FROM ranked WHERE nth <= $most ORDER BY one, nth
"""
"""Of each recording its nearest neighbours."""

SOME = "SELECT one, other, nearness FROM neighbours WHERE one >= $first AND one < $end ORDER BY one, nearness DESC, other"


def train(analytics: Analytics, entries: Sequence[Path], folder: Path) -> Path:
    """Write the model of these entries (`list`, `id` as UUID, `place` and `played_at` where they are known) into the folder."""
    members, items, neighbours, model = (folder / name for name in ("members.parquet", "items.parquet", "neighbours.parquet", "model"))
    ages = {"second": SECONDS, "half_life": HALF_LIFE_DAYS, "longest": LONGEST_LIST}
    analytics.write(MEMBERS, {"entries": entries}, members, ages)
    analytics.write(ITEMS, {"entries": entries, "members": [members]}, items, {"second": SECONDS, "lately": LATELY_DAYS})
    count = analytics.write(NEAREST, {"members": [members], "items": [items]}, neighbours, {"most": NEIGHBOURS})
    known = analytics.query("SELECT id, plays, share FROM items ORDER BY number", {"items": [items]})
    with model.open("wb") as file:
        _write(file, known, count, _slices(analytics, neighbours, len(known)))
    return model


def _slices(analytics: Analytics, neighbours: Path, items: int) -> Iterator[list[tuple[int, int, float]]]:
    for first in range(0, items, AT_ONCE):
        yield analytics.query(SOME, {"neighbours": [neighbours]}, {"first": first, "end": first + AT_ONCE})


def _write(file: BinaryIO, items: Sequence[tuple[Any, float, float]], count: int, slices: Iterator[list[tuple[int, int, float]]]) -> None:
    """`apps/core/contract/radio_model.py` describes the form."""
    numbers, others, nearness = array("I", bytes(4 * (len(items) + 1))), array("I"), array("f")
    for some in slices:
        for one, other, near in some:
            numbers[one + 1] += 1
            others.append(other)
            nearness.append(near)
    for place in range(len(items)):
        numbers[place + 1] += numbers[place]
    file.write(HEADER.pack(MAGIC, VERSION, 0, len(items), count, 0))
    file.write(b"".join(item[0].bytes for item in items))
    numbers.tofile(file)
    array("f", (share for _, _, share in items)).tofile(file)
    array("f", (plays for _, plays, _ in items)).tofile(file)
    others.tofile(file)
    nearness.tofile(file)
