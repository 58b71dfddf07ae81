"""A statement as CSV, in the columns that independent labels' royalty software takes (docs/reports.md)."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

from tasks.statement_lines import EXACT_PLACES, Line, Report, decimal, in_units, money, period_of

CONTENT_TYPE = "text/csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet compute a cell, or look behind white space for what does (OWASP, "CSV Injection")."""
COLUMNS = (
    *("statement", "reporting_period_start", "reporting_period_end", "sale_period_start", "sale_period_end", "late", "store"),
    *("territory", "use_type", "plan", "upc", "isrc", "catalogue_number", "label", "artist", "track", "version", "release"),
    *("plays", "units", "gross", "deductions", "net", "currency", "exchange_rate", "share_percent"),
)


def file_name(report: Report) -> str:
    return f"{report.order.number}.csv"


def write(report: Report, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(report, line) for line in report.lines)


def harmless(text: str | None) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text and text.startswith(FORMULA) else text or ""


def _row(report: Report, line: Line) -> list[str | int]:
    late = "yes" if line.sale != report.week else ""
    return [
        *(report.order.number, *report.period, *period_of(line.sale), late, harmless(report.sender.name), line.territory),
        *("OnDemandStream", harmless(line.plan), harmless(line.upc), harmless(line.isrc), "", harmless(report.order.label.name)),
        *(harmless(line.artist), harmless(line.title), "", harmless(line.release), line.plays, line.eligible),
        *_sums(report, line),
    ]


def _sums(report: Report, line: Line) -> tuple[str, ...]:
    """Nothing where nothing was earned in the territory."""
    due = report.due_of(line)
    if due is None or line.amount is None:
        return ("",) * 6
    gross = in_units(Fraction(due.pool * line.eligible, due.pool_plays), due.currency)
    deductions = gross - in_units(line.amount, due.currency)
    share = Fraction(100 * due.share.numerator, due.share.denominator)
    return (
        *(decimal(gross, EXACT_PLACES), decimal(deductions, EXACT_PLACES), money(line.amount, due.currency), due.currency, "1"),
        decimal(share, EXACT_PLACES).rstrip("0").rstrip("."),
    )
