"""A statement as a DDEX Digital Sales Report, Basic Audio Profile: one message in one file (docs/reports.md)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from apps.core.contract.reporting import NO_PLAN
from tasks.statement_lines import Line, Report, money

CONTENT_TYPE = "text/tab-separated-values"
PROFILE, PROFILE_VERSION = "BasicAudioProfile", "1.3"
MESSAGE_VERSION = "dsrf/1.3/current/1.3"
"""Architecture, allowed values and record types; partners are told which when they connect."""
SUMMARY, RELEASE, RESOURCE, USAGE = "SY01.02", "RE01.02", "AS01.02", "SU02.02"
NO_CURRENCY = "XXX"
"""ISO 4217 for none: where nothing was earned."""
EVERYWHERE, SEVERAL = "Worldwide", "multi"
UNSAID = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
RELEASE_TYPES = {"album": "Album", "compilation": "Album", "ep": "EP", "single": "Single"}
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")

Context = tuple[str, str, str]
"""Territory, currency and plan: what one summary record sums up."""
Record = list[object]


def file_name(report: Report) -> str:
    """By DSR Part 1; a part that nobody knows is left out and leaves its underscores."""
    territories = {line.territory for line in report.lines}
    territory = EVERYWHERE if not territories else territories.pop() if len(territories) == 1 else SEVERAL
    parts = ("DSR", report.order.party_id or "", report.sender.party_id or "", _service(report), "--".join(report.period), territory)
    return "_".join((*parts, "1of1", f"{report.order.created_at:%Y%m%dT%H%M%S}.tsv"))


def write(report: Report, target: Path) -> None:
    summaries, blocks = list(_summaries(report)), list(_blocks(report))
    records = [_head(report), *summaries, *(record for block in blocks for record in block)]
    count = len(records) + 1
    records.append(["FOOT", count, count, len(summaries), len(blocks), len(blocks)])
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(map(cell, record)) + "\n" for record in records)


def cell(value: object) -> str:
    """Backslash and bar are escaped; a tab or line end would begin another cell or record, so it becomes a space."""
    return UNSAID.sub(" ", str(value)).replace("\\", "\\\\").replace("|", "\\|") if value is not None else ""


def _head(report: Report) -> Record:
    order, sender = report.order, report.sender
    created = f"{order.created_at:%Y-%m-%dT%H:%M:%S}Z"
    return [
        *("HEAD", MESSAGE_VERSION, PROFILE, PROFILE_VERSION, order.number, created, 1, 1, *report.period),
        *(sender.party_id, sender.name, _service(report), order.party_id, order.label.name, None),
    ]


def _summaries(report: Report) -> Iterator[Record]:
    streams: defaultdict[Context, int] = defaultdict(int)
    amounts: defaultdict[Context, int] = defaultdict(int)
    for line in report.lines:
        streams[_context(line)] += line.plays
        amounts[_context(line)] += line.amount or 0
    if not streams:
        streams[EVERYWHERE, NO_CURRENCY, NO_PLAN] = 0
    for context in sorted(streams):
        territory, currency, plan = context
        model = "FreeOfChargeModel" if plan == NO_PLAN else "SubscriptionModel"
        yield [
            *(SUMMARY, _summary_id(context), None, None, model, "OnDemandStream", territory, f"{_service(report)}-{_named(plan)}"),
            *(streams[context], None, currency, money(amounts[context], currency), None, None, None),
        ]


def _blocks(report: Report) -> Iterator[list[Record]]:
    """A release each, with what was played of it."""
    for number, (_, lines) in enumerate(groupby(report.lines, lambda line: line.release_id), start=1):
        yield list(_block(report, f"B{number}", list(lines)))


def _block(report: Report, block: str, lines: list[Line]) -> Iterator[Record]:
    first = lines[0]
    yield [
        *(RELEASE, block, "R0", first.release_id, None, None, first.upc, first.release_artist, None, first.release, None),
        *(RELEASE_TYPES.get(first.release_type), report.order.label.name, first.p_line, report.sender.name),
    ]
    references = {line.recording_id: line for line in lines}
    names = {recording_id: f"A{number}" for number, recording_id in enumerate(references, start=1)}
    for recording_id, line in references.items():
        yield [
            *(RESOURCE, block, names[recording_id], recording_id, line.isrc, line.title, None, line.artist, None),
            *(_duration(line.duration_ms), "SoundRecording", None),
        ]
    for number, (line, earns, streams) in enumerate(_usages(lines), start=1):
        yield [
            *(USAGE, block, _summary_id(_context(line)), f"{block}-{number}", None, names[line.recording_id]),
            *("true" if earns else "false", streams, None, None),
        ]


def _usages(lines: Iterable[Line]) -> Iterator[tuple[Line, bool, int]]:
    """What earns, and what does not, apart."""
    for line in lines:
        for earns, streams in ((True, line.eligible), (False, line.plays - line.eligible)):
            if streams:
                yield line, earns and line.currency is not None, streams


def _context(line: Line) -> Context:
    return line.territory, line.currency or NO_CURRENCY, line.plan


def _summary_id(context: Context) -> str:
    return "-".join(map(_named, context))


def _service(report: Report) -> str:
    return _named(report.sender.name)


def _named(text: str) -> str:
    """Without what may not be in names: spaces and underscores among it."""
    return NOT_IN_NAMES.sub("", text)


def _duration(milliseconds: int) -> str:
    """ISO 8601: `PT3M42S`."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes}M{seconds}S" if hours else f"PT{minutes}M{seconds}S"
