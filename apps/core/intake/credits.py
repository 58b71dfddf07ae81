"""Rules of intake: who is credited with what, from how the tags credit them. Nothing here touches what is shown: that stays as credited."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from apps.core.catalogue.names import Named
from apps.core.catalogue.rules import name_key
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.intake import Tags
from ports.environment import BootError, Environment

ACTS = frozenset(name_key(line) for line in Path(__file__).with_name("acts.txt").read_text().splitlines() if line)
"""Bands whose names look like several: they stay whole whoever else is known."""
MOST_PIECES = 6
"""A credit of more names than that is looked at name by name, not for names that are made of several pieces."""
COMPANY = re.compile(r"(the|his|her|their|los|las|die|les|sons|friends|co|company|band|orchestra)\b", re.IGNORECASE)
"""How a piece begins that belongs to the name before it: `Nick Cave & the Bad Seeds`."""
REMIX = re.compile(r"[(\[](?P<name>[^()\[\]]+?)(?:'s)?\s+(?:remix|rmx)[)\]]", re.IGNORECASE)
OPENING, CLOSING = "([", ")]"
TRIMMED = " \t-,;:&+/" + OPENING


def _always(sign: str) -> str:
    return rf"\s*{re.escape(sign)}\s*" if not sign[0].isalnum() else rf"\s+{re.escape(sign)}\s+"


def _with_care(sign: str) -> str:
    """With space around it, so that AC/DC and R&B stay whole, but for a comma: after it is enough, and 10,000 Maniacs stay whole."""
    before = "" if sign == "," else r"\s+"
    return rf"{before}{re.escape(sign)}\s+"


@dataclass(frozen=True)
class Separators:
    """What stands between the names of a credit, each setting a list of words and signs with spaces between them."""

    featuring: re.Pattern[str]
    always: re.Pattern[str]
    with_care: re.Pattern[str]

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`CREDIT_FEATURING` comes before guests; `CREDIT_SEPARATORS` part names always, `CREDIT_SEPARATORS_OF_KNOWN` only where each of
        them is known by itself. Raises `BootError`."""
        featuring = _tokens(environment, "CREDIT_FEATURING", "feat. feat ft. ft featuring")
        words = "|".join(re.escape(token) for token in sorted(featuring, key=len, reverse=True))
        return cls(
            # Feet are no guests: Six Feet, or 6 ft, Under.
            re.compile(rf"(?:^|(?<=[\s(\[]))(?<!\d\s)(?:{words})\s+(?=\S)", re.IGNORECASE),
            _any(_always(token) for token in _tokens(environment, "CREDIT_SEPARATORS", "; vs. vs")),
            _any(_with_care(token) for token in _tokens(environment, "CREDIT_SEPARATORS_OF_KNOWN", "& and , x × with +")),  # noqa: RUF001 - the sign is meant
        )


def _tokens(environment: Environment, name: str, default: str) -> list[str]:
    tokens = environment.text(name, default).split()
    if any(len(token) > 20 for token in tokens):
        raise BootError(f"{name} has a separator of more than 20 characters: set it to words and signs with spaces between them.")
    return tokens


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """Artists that are known, by the keys of their names."""

    names: Collection[str] = ()
    acts: Collection[str] = ACTS
    """Those that are one although their names look like several."""


def split_guests(text: str, separators: Separators) -> tuple[str, str]:
    """What stands before `feat.`, and who comes after it: both as written."""
    found = separators.featuring.search(text)
    if found is None or not text[: found.start()].strip(TRIMMED):
        return text, ""
    before, rest = text[: found.start()].rstrip(TRIMMED), text[found.end() :]
    end = _end_of_brackets(rest)
    after = rest[end + 1 :].strip()
    return f"{before} {after}".strip(), rest[:end].strip()


def _end_of_brackets(text: str) -> int:
    """Where a bracket closes that was opened before; the text's length where none does."""
    depth = 0
    for at, letter in enumerate(text):
        if letter in OPENING:
            depth += 1
        elif letter in CLOSING:
            if depth == 0:
                return at
            depth -= 1
    return len(text)


def pieces(text: str, separators: Separators) -> list[tuple[list[str], list[str]]]:
    """For each name that is parted always: its pieces, and what stands between them."""
    found: list[tuple[list[str], list[str]]] = []
    for part in filter(None, (one.strip() for one in separators.always.split(text))):
        between = [one.group() for one in separators.with_care.finditer(part)]
        found.append((separators.with_care.split(part), between))
    return found


def candidates(text: str, separators: Separators) -> Iterator[str]:
    """Every name that it could be of use to know."""
    for parts, between in pieces(text, separators):
        longest = len(parts) if len(parts) <= MOST_PIECES else 1
        lengths = {*range(1, longest + 1), len(parts)}
        for length in lengths:
            for start in range(len(parts) - length + 1):
                yield _joined(parts, between, start, start + length)


def split_names(text: str, known: Known, separators: Separators) -> list[str]:
    """The artists of a credit, in their order: parted with care only where each of them is known by itself."""
    names: list[str] = []
    for parts, between in pieces(text, separators):
        whole = _joined(parts, between, 0, len(parts))
        names += [whole] if name_key(whole) in known.acts else _known_parts(parts, between, known) or [whole]
    return _distinct(names)


def _known_parts(parts: Sequence[str], between: Sequence[str], known: Known) -> list[str] | None:
    """The fewest known names, two or more, that the pieces make up; None where they do not."""
    best: list[list[str] | None] = [[], *([None] * len(parts))]
    for end in range(1, len(parts) + 1):
        for start in range(end) if len(parts) <= MOST_PIECES else (end - 1,):
            before, name = best[start], _joined(parts, between, start, end)
            if before is None or (start == 0 and end == len(parts)) or (start and COMPANY.match(name)):
                continue
            shorter = best[end]
            if name_key(name) in known.names and (shorter is None or len(before) + 1 < len(shorter)):
                best[end] = [*before, name]
    return best[-1]


def _joined(parts: Sequence[str], between: Sequence[str], start: int, end: int) -> str:
    text = parts[start]
    for at in range(start, end - 1):
        text += between[at] + parts[at + 1]
    return text.strip()


def artists_of(text: str, several: Sequence[str], known: Known, separators: Separators) -> tuple[list[str], list[str]]:
    """Main artists and guests of a credit; `several` are their names where the tags give each by itself, guests often among them."""
    before, after = split_guests(text, separators)
    if not several:
        # A credit of nothing but separators is a name like any other.
        return split_names(before, known, separators) or [text], split_names(after, known, separators)
    main: list[str] = []
    guests: list[str] = []
    for one in several:
        name, with_name = split_guests(one, separators)
        key = name_key(name)
        (guests if key in name_key(after) and key not in name_key(before) else main).append(name)
        guests += split_names(with_name, known, separators)
    return _distinct(main) or split_names(before, known, separators) or [text], _distinct(guests) or split_names(after, known, separators)


def recording_credits(tags: Tags, artist: str, title: str, known: Known, separators: Separators) -> list[Named]:
    """Everybody a recording is credited to, in order, nobody twice in one role and no guest who is a main artist."""
    main, guests = artists_of(artist, tags.artists, known, separators)
    guests = [*guests, *split_names(_guests_in_title(title, separators), known, separators)]
    remixers = [*tags.remixers, *_remixers_in_title(title, known, separators)]
    composers = tags.composers or split_names(tags.composer, known, separators)
    told = {name_key(name) for name in main}
    return _once(
        *((CreditRole.MAIN, name) for name in main),
        *((CreditRole.FEATURED, name) for name in guests if name_key(name) not in told),
        *((CreditRole.REMIXER, name) for name in remixers),
        *((CreditRole.COMPOSER, name) for name in composers),
        *((CreditRole.PRODUCER, name) for name in tags.producers),
    )


def release_credits(artist: str, several: Sequence[str], known: Known, separators: Separators) -> list[Named]:
    main, guests = artists_of(artist, several, known, separators)
    told = {name_key(name) for name in main}
    featured = ((CreditRole.FEATURED, name) for name in guests if name_key(name) not in told)
    return _once(*((CreditRole.MAIN, name) for name in main), *featured)


def worth_knowing(tags: Tags, artist: str, title: str, separators: Separators) -> Iterator[str]:
    """The names among which those of the artists that are known have to be looked up before a file's credits are read."""
    several = (*tags.artists, *tags.album_artists)
    texts = [half for text in (artist, tags.album_artist, *several) for half in split_guests(text, separators)]
    for text in (*texts, tags.composer, _guests_in_title(title, separators), *(found["name"] for found in REMIX.finditer(title))):
        yield from candidates(text, separators)


def alone_here(tags: Tags, artist: str, separators: Separators) -> Iterator[str]:
    """Names that a file's own tags show to be one artist each."""
    if [*candidates(artist, separators)] == [artist]:
        yield artist
    yield from (*tags.artists, *tags.album_artists, *tags.composers, *tags.remixers, *tags.producers)


def _guests_in_title(title: str, separators: Separators) -> str:
    """In brackets whatever the sign; without, only where it is an abbreviation: `The Featuring Song` has no guest."""
    found = separators.featuring.search(title)
    if found is None or not (title[: found.start()].endswith(tuple(OPENING)) or "." in found.group()):
        return ""
    return split_guests(title, separators)[1]


def _remixers_in_title(title: str, known: Known, separators: Separators) -> list[str]:
    """Only artists who are known: a `Radio Remix` is nobody's."""
    found = [name for remix in REMIX.finditer(title) for name in split_names(remix["name"], known, separators)]
    return [name for name in found if name_key(name) in known.names]


def _distinct(names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in filter(None, names):
        found.setdefault(name_key(name), name)
    return list(found.values())


def _once(*credited: Named) -> list[Named]:
    found: dict[tuple[CreditRole, str], Named] = {}
    for role, name in credited:
        found.setdefault((role, name_key(name)), (role, name))
    return list(found.values())
