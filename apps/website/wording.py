"""How times, lengths and numbers read, in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from apps.core.contract.actions import WORLDWIDE, Territory
from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.labels import Share
from apps.core.contract.radio import MixSeed, Station
from apps.website.languages import gettext as _
from apps.website.languages import language, marked, ngettext, translated
from ports.currencies import digits

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
"""Known to everybody, in whatever country; other currencies go by their code."""

TYPES = {
    ReleaseType.ALBUM: marked("Album"),
    ReleaseType.SINGLE: marked("Single"),
    ReleaseType.EP: marked("EP"),
    ReleaseType.COMPILATION: marked("Compilation"),
}
NUMBERED = re.compile(r"\b(vol\.?|volume|no\.|nr\.|op\.|pt\.|part|teil|disc|chapter) (\d+|[ivxlc]+\b)", re.IGNORECASE)
NEWEST = {
    ReleaseType.ALBUM: marked("Newest album"),
    ReleaseType.SINGLE: marked("Newest single"),
    ReleaseType.EP: marked("Newest EP"),
    ReleaseType.COMPILATION: marked("Newest compilation"),
}
OPEN = {
    ReleaseType.ALBUM: marked("Open the album"),
    ReleaseType.SINGLE: marked("Open the single"),
    ReleaseType.EP: marked("Open the EP"),
    ReleaseType.COMPILATION: marked("Open the compilation"),
}
RHYTHMS = {"month": marked("a month"), "year": marked("a year")}


def clock_time(milliseconds: int) -> str:
    """A track's length in whole seconds that have passed, as the player's clock counts them: `4:05`, or `1:02:09`."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def rough_length(milliseconds: int) -> str:
    """A release's length: `21 seconds`, `48 minutes`, or `1 hour 12 minutes`."""
    if milliseconds < 60_000:
        return ngettext("%(num)s second", "%(num)s seconds", max(1, milliseconds // 1000))
    hours, minutes = divmod(milliseconds // 60_000, 60)
    told = [ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    if minutes:
        told.append(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return " ".join(told)


def full_date(text: str) -> str:
    """An ISO 8601 date as exact as it is known: `1994`, `June 1994`, `20 June 1994`; anything else as it stands."""
    try:
        year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
        known = date(year, month or 1, day or 1)
    except ValueError:
        return text
    if day:
        return _day(known)
    return format_skeleton("yMMMM", known, locale=language().locale) if month else str(year)


def _day(day: date) -> str:
    return format_date(day, "long", locale=language().locale)


def day_range(first: str, last: str) -> str:
    """Days from the first to the last, both ISO 8601: `6 to 12 March 2026`, or `6 March 2026` where they are the same."""
    return _days(date.fromisoformat(first), date.fromisoformat(last))


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        # Translators: days of one month: 6 to 12 March 2026
        return _("%(day)s to %(last)s", day=first.day, last=_day(last))
    began = format_skeleton("MMMMd", first, locale=language().locale) if first.year == last.year else _day(first)
    # Translators: days of two months: 27 February to 5 March 2026
    return _("%(first)s to %(last)s", first=began, last=_day(last))


def moment(at: datetime) -> str:
    """A moment for a reader whose time zone the server does not know: `2 March 2026, 09:05 UTC`."""
    return _("%(day)s, %(time)s UTC", day=_day(at.date()), time=at.strftime("%H:%M"))


def money(amount: int, currency: str) -> str:
    """An amount in minor units: `£4.99`, `€5,990.00`, `SEK 99.00`, `¥600`; below zero with a minus before it."""
    if amount < 0:
        return f"\N{MINUS SIGN}{money(-amount, currency)}"
    places = digits(currency)
    number = _number(Decimal(amount).scaleb(-places), places)
    if language().locale.currency_formats["standard"].pattern.startswith("\N{CURRENCY SIGN}"):
        return f"{SYMBOLS[currency]}{number}" if currency in SYMBOLS else f"{currency} {number}"
    return f"{number}\N{NO-BREAK SPACE}{SYMBOLS.get(currency, currency)}"


def _number(number: float | Decimal, places: int = 0) -> str:
    return format_decimal(number, f"#,##0.{'0' * places}" if places else "#,##0", locale=language().locale)


def took(milliseconds: float) -> str:
    """A measured time, as exact as it matters: `0.4 ms`, `12 ms`, `1,250 ms`, `12.5 s`, `3 min 5 s`; below zero with a minus before it.

    Its units are Latin, so among words from right to left it is set apart.
    """
    time = _took(milliseconds)
    return f"\N{LEFT-TO-RIGHT ISOLATE}{time}\N{POP DIRECTIONAL ISOLATE}" if language().direction == "rtl" else time


def _took(milliseconds: float) -> str:
    if milliseconds < 0:
        return f"\N{MINUS SIGN}{_took(-milliseconds)}"
    if milliseconds < 10_000:
        return f"{_number(milliseconds, 1 if 0 < milliseconds < 9.95 else 0)} ms"
    seconds = milliseconds / 1000
    return f"{_number(seconds, 1)} s" if seconds < 99.95 else f"{_number(round(seconds) // 60)} min {round(seconds) % 60} s"


def payment_rhythm(every: str) -> str:
    """`a month`, `a year`."""
    return _(RHYTHMS[every])


def calendar_day(at: datetime) -> str:
    """The day of a moment, in UTC: `2 April 2026`."""
    return _day(at.date())


def week(name: str) -> str:
    """A reported week by its days: `6 to 12 March 2026`."""
    first = date.fromisoformat(name)
    return _days(first, first + timedelta(days=6))


def percentage(share: Share) -> str:
    """`65 %`, `66.67 %`."""
    return f"{format_decimal(100 * share.numerator / share.denominator, '#,##0.####', locale=language().locale)} %"


def territory(code: Territory) -> str:
    """`GB`, or `Everywhere`."""
    return _("Everywhere") if code == WORLDWIDE else code


def release_type(of: ReleaseType) -> str:
    """`Album`."""
    return _(TYPES[of])


def station_title(station: Station) -> str:
    """That of a mix is ours; whatever else one plays on from has a name of its own."""
    return translated(station.title) if isinstance(station.seed, MixSeed) else station.title


def whole_numbers(title: str) -> str:
    """The title with each number kept on the line of the word that says of what: `Vol. 2`."""
    return NUMBERED.sub("\\1\N{NO-BREAK SPACE}\\2", title)


def newest(of: ReleaseType) -> str:
    """`Newest album`."""
    return _(NEWEST[of])


def open_it(of: ReleaseType) -> str:
    """`Open the album`."""
    return _(OPEN[of])
