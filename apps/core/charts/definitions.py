"""Which charts there are, and by which rules. They are data, read once when Core starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from apps.core.contract.actions import Territory
from apps.core.contract.charts import MOST_PLACES, ChartRules, Every
from apps.core.contract.ids import ChartCode
from ports.environment import BootError, Environment

DEFAULT_FILE = Path(__file__).with_name("charts.toml")


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        return list(Weekday).index(self)


class Chart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: ChartCode
    title: Annotated[str, Meta(min_length=1, max_length=60)]
    every: Every
    zone: str
    """IANA."""
    territory: Territory
    """ISO 3166-1, or `WW`."""
    places: Annotated[int, Meta(ge=1, le=MOST_PLACES)]
    rules: ChartRules
    first_weekday: Weekday = Weekday.FRIDAY
    """Of a weekly chart."""

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Charts:
    """Every chart by its code, in the order of the file."""

    def __init__(self, charts: Mapping[str, Chart]) -> None:
        self._charts = charts

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`CHARTS_PATH` names the file; raises `BootError` where it cannot be read or makes no sense."""
        path = environment.path("CHARTS_PATH", DEFAULT_FILE)
        try:
            charts = msgspec.toml.decode(path.read_bytes(), type=dict[str, list[Chart]])["charts"]
        except (OSError, KeyError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            raise BootError(f"The charts in {path} cannot be read ({error}): correct the file, or set CHARTS_PATH to another.") from None
        if wrong := next(_mistakes(charts), None):
            raise BootError(f"The charts in {path} make no sense: {wrong}. Correct the file.")
        return cls({chart.code: chart for chart in charts})

    def __iter__(self) -> Iterator[Chart]:
        return iter(self._charts.values())

    def get(self, code: str) -> Chart | None:
        return self._charts.get(code)


def _mistakes(charts: list[Chart]) -> Iterator[str]:
    if len({chart.code for chart in charts}) < len(charts):
        yield "two have the same code"
    for chart in charts:
        if len(set(chart.rules.evidence)) < len(chart.rules.evidence):
            yield f"{chart.code} names a grade of evidence twice"
        try:
            chart.zone_info  # noqa: B018 - that it is found is what is looked at
        except (ZoneInfoNotFoundError, ValueError):
            yield f"{chart.code} is in the time zone {chart.zone!r}, which nobody knows"
