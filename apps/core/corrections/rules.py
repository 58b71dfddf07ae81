"""Rules of corrections: values as text, and what may not be corrected so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from apps.core.contract.catalogue import CreditRole
from apps.core.contract.codec import encoder
from apps.core.contract.corrections import EditableRelease, EditableTrack, NamedCredit
from apps.core.contract.errors import Conflict, Invalid
from apps.core.intake.rules import clean_date


def credit_lines(credited: Sequence[NamedCredit]) -> str:
    return "\n".join(f"{one.role}: {one.name}" for one in credited)


def read_credits(lines: str) -> list[NamedCredit]:
    parted = (line.split(": ", 1) for line in lines.split("\n"))
    return [NamedCredit(CreditRole(role), name) for role, name in parted]


def yes_or_no(*, explicit: bool) -> str:
    return "yes" if explicit else "no"


def renamed(credited: Sequence[NamedCredit], held: Sequence[NamedCredit], before: str, after: str) -> Sequence[NamedCredit]:
    """Credits that were left as they are follow the artist's new name."""
    if tuple(credited) != tuple(held):
        return credited
    return [NamedCredit(one.role, after if one.name == before else one.name) for one in credited]


class Heard(NamedTuple):
    """What a track's recording is to say."""

    artist: str
    credits: Sequence[NamedCredit]
    explicit: bool


def heard_as(track: EditableTrack, artist: str | None, credited: Sequence[NamedCredit] | None, explicit: bool | None) -> Heard:
    """What is None stays; of the credits, those in other roles do."""
    called = artist or track.artist
    named = renamed(track.credits, track.credits, track.artist, called) if credited is None else in_place(track.credits, credited)
    return Heard(called, named, track.explicit if explicit is None else explicit)


def in_place(held: Sequence[NamedCredit], given: Sequence[NamedCredit]) -> Sequence[NamedCredit]:
    """Those given where the first of their role stands, or last; and those in other roles."""
    places = [*dict.fromkeys(one.role for one in (*held, *given))]
    anew = {one.role for one in given}
    return [one for role in places for one in (given if role in anew else held) if one.role is role]


def check_credits(credited: Sequence[NamedCredit]) -> None:
    if not any(one.role is CreditRole.MAIN for one in credited):
        raise Invalid("Nobody is credited as the main artist.", "Give at least one main artist.")


def check_date(text: str) -> None:
    if text and clean_date(text)[0] != text:
        raise Invalid("“%(text)s” is no date.", "Write it as 1994, 1994-06 or 1994-06-20, or leave it empty.", text=text[:40])


def revision(release: EditableRelease) -> str:
    """Of what can be corrected, whatever is corrected of it."""
    return hashlib.sha256(encoder.encode((*(getattr(release, name) for name in SEEN),))).hexdigest()[:32]


SEEN = ("title", "artist", "credits", "released_on", "genre", "label", "type", "tracks")


def check_revision(release: EditableRelease, looked_at: str) -> None:
    if release.revision != looked_at:
        raise Conflict("Somebody, or a delivery, has changed this release meanwhile.", "Look at what it says now, and correct that.")
