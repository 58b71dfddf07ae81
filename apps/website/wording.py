"""How times, lengths and numbers read on a page."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from apps.core.contract.actions import WORLDWIDE, Territory
from apps.core.contract.labels import Share
from ports.currencies import digits

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}


def clock_time(milliseconds: int) -> str:
    """A track's length in whole seconds that have passed, as the player's clock counts them: `4:05`, or `1:02:09`."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def rough_length(milliseconds: int) -> str:
    """A release's length: `21 seconds`, `48 minutes`, or `1 hour 12 minutes`."""
    if milliseconds < 60_000:
        return count(max(1, milliseconds // 1000), "second")
    hours, minutes = divmod(milliseconds // 60_000, 60)
    return " ".join(count(number, noun) for number, noun in ((hours, "hour"), (minutes, "minute")) if number)


def count(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 track`, `2 tracks`, `3,000 tracks`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def full_date(text: str) -> str:
    """An ISO 8601 date as exact as it is known: `1994`, `June 1994`, `20 June 1994`; anything else as it stands."""
    try:
        year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
        named = MONTHS[month - 1] if month else ""
    except (ValueError, IndexError):
        return text
    return " ".join(str(part) for part in (day, named, year) if part)


def day_range(first: str, last: str) -> str:
    """Days from the first to the last, both ISO 8601: `6 to 12 March 2026`, or `6 March 2026` where they are the same."""
    one, other = (full_date(day).split(" ") for day in (first, last))
    if one == other:
        return " ".join(one)
    while len(one) > 1 and one[-1] == other[len(one) - 1]:
        one.pop()
    return f"{' '.join(one)} to {' '.join(other)}"


def moment(at: datetime) -> str:
    """A moment for a reader whose time zone the server does not know."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


def money(amount: int, currency: str) -> str:
    """An amount in minor units: `£4.99`, `€5,990.00`, `SEK 99.00`, `¥600`; below zero with a minus before it."""
    if amount < 0:
        return f"\N{MINUS SIGN}{money(-amount, currency)}"
    places = digits(currency)
    whole, parts = divmod(amount, 10**places)
    number = f"{whole:,}.{parts:0{places}}" if places else f"{whole:,}"
    return f"{SYMBOLS[currency]}{number}" if currency in SYMBOLS else f"{currency} {number}"


def took(milliseconds: float) -> str:
    """A measured time, as exact as it matters: `0.4 ms`, `12 ms`, `1,250 ms`, `12.5 s`, `3 min 5 s`; below zero with a minus before it."""
    if milliseconds < 0:
        return f"\N{MINUS SIGN}{took(-milliseconds)}"
    if milliseconds < 10_000:
        return f"{milliseconds:,.{1 if 0 < milliseconds < 9.95 else 0}f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 99.95 else f"{round(seconds) // 60:,} min {round(seconds) % 60} s"


def payment_rhythm(every: str) -> str:
    """`a month`, `a year`."""
    return f"a {every}"


def calendar_day(at: datetime) -> str:
    """The day of a moment, in UTC: `2 April 2026`."""
    return full_date(at.date().isoformat())


def week(name: str) -> str:
    """A reported week by its days: `6 to 12 March 2026`."""
    first = date.fromisoformat(name)
    last = first + timedelta(days=6)
    if first.month == last.month:
        return f"{first.day} to {full_date(last.isoformat())}"
    began = f"{first.day} {MONTHS[first.month - 1]}"
    return f"{began}{f' {first.year}' if first.year != last.year else ''} to {full_date(last.isoformat())}"


def percentage(share: Share) -> str:
    """`65 %`, `66.67 %`."""
    return f"{100 * share.numerator / share.denominator:.4f}".rstrip("0").rstrip(".") + " %"


def territory(code: Territory) -> str:
    """`GB`, or `Everywhere`."""
    return "Everywhere" if code == WORLDWIDE else code
