"""Numbers in English words, as digits: `twenty one` is 21, `one eighty two` 182, `nineteen seventy five` 1975."""

from __future__ import annotations

from collections.abc import Sequence

ONES = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
SMALL = ONES | TEENS | TENS
HUNDRED = 100
POWERS = {"hundred": HUNDRED, "thousand": 1_000, "million": 1_000_000}
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12", "xiii": "13"}
SPOKEN = {str(value): word for word, value in SMALL.items()} | {
    str(tens + ones): f"{ten} {one}" for ten, tens in TENS.items() for one, ones in ONES.items() if ones
}
"""The numbers below a hundred."""
WORDS = frozenset(SMALL) | frozenset(POWERS)


def has_numbers(words: Sequence[str]) -> bool:
    return any(word in WORDS or word in ROMAN or word.isdecimal() for word in words)


def in_words(words: Sequence[str]) -> list[str]:
    """The same words with small numbers spelled out."""
    return [SPOKEN.get(word, word) for word in words]


def in_digits(words: Sequence[str]) -> list[str]:
    """The same words with every number in digits; numbers that follow one another are read as the digits of one."""
    told: list[str] = []
    at, in_number = 0, False
    while at < len(words):
        digits, length = _number(words, at)
        if not length:
            told.append(words[at])
            at, in_number = at + 1, False
        else:
            if in_number:
                told[-1] += digits
            else:
                told.append(digits)
            at, in_number = at + length, True
    return told


def _number(words: Sequence[str], start: int) -> tuple[str, int]:
    """The number that begins at this word, and how many words it takes; none where no number begins."""
    word = words[start]
    if word in ROMAN or word.isdecimal():
        return ROMAN.get(word, word), 1
    value, at = _below_hundred(words, start)
    if at == start and word not in POWERS:
        return "", 0
    total, value = 0, value if at > start else 1
    while at < len(words) and (power := POWERS.get(words[at])):
        more, end = _below_hundred(words, at + 1 + (words[at + 1 : at + 2] == ["and"]))
        if power == HUNDRED:
            value *= power
        else:
            total, value = total + value * power, 0
        value, at = (value + more, end) if more else (value, at + 1)
    return str(total + value), at - start


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    """The number that begins at this place, and the place behind it."""
    value = SMALL.get(words[at]) if at < len(words) else None
    if value is None:
        return 0, at
    if words[at] in TENS and at + 1 < len(words) and (ones := ONES.get(words[at + 1])):
        return value + ones, at + 2
    return value, at + 1
