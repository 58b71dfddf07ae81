"""The words that come with music: read as LRC where they have times, plain otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import delete
from sqlalchemy import insert as insert_rows
from sqlalchemy.orm import Session

from apps.core.catalogue.models import LyricsRow
from apps.core.contract.catalogue import LyricLine
from apps.core.contract.codec import encoder
from apps.core.contract.intake import Tags

STAMP = re.compile(r"\[([0-9]{1,3}):([0-5]?[0-9])(?:[.:]([0-9]{1,3}))?\]")
STAMPED = re.compile(rf"^((?:{STAMP.pattern})(?:\s*{STAMP.pattern})*)(?P<text>.*)$")
WORD_STAMP = re.compile(r"<[0-9]{1,3}:[0-5]?[0-9](?:[.:][0-9]{1,3})?>")
"""Of single words, as some players want them."""
OFFSET = re.compile(r"^\[offset:\s*([+-]?[0-9]{1,6})\s*\]$", re.IGNORECASE)


def keep_lyrics(session: Session, words: Mapping[str, Tags]) -> None:
    """Replace the lyrics of each recording by what its tags say."""
    session.execute(delete(LyricsRow).where(LyricsRow.recording_id.in_(words)))
    rows = [{"recording_id": recording_id, **_row(tags)} for recording_id, tags in words.items() if tags.lyrics or tags.timed_lyrics]
    if rows:
        session.execute(insert_rows(LyricsRow), rows)


def _row(tags: Tags) -> dict[str, object]:
    lines = read_lrc(tags.timed_lyrics) or read_lrc(tags.lyrics)
    plain = tags.lyrics if tags.lyrics and not read_lrc(tags.lyrics) else ""
    return {"text": plain or "\n".join(line.text for line in lines) or tags.timed_lyrics, "lines": encoder.encode(lines)}


def read_lrc(text: str) -> tuple[LyricLine, ...]:
    """The lines that say when they are sung, in that order; none where the text is no LRC."""
    lines = text.splitlines()
    # A positive offset has the words come sooner.
    offset = next((int(found[1]) for line in lines if (found := OFFSET.match(line.strip()))), 0)
    found = [LyricLine(max(0, at - offset), words) for line in lines for at, words in _timed(line.strip())]
    return tuple(sorted(found, key=lambda line: line.at_ms))


def _timed(line: str) -> Iterator[tuple[int, str]]:
    found = STAMPED.match(line)
    if found:
        words = WORD_STAMP.sub("", found["text"]).strip()
        for minutes, seconds, fraction in STAMP.findall(found[1]):
            yield int(minutes) * 60_000 + int(seconds) * 1000 + int(fraction.ljust(3, "0") or 0), " ".join(words.split())
