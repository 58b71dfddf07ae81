"""A rule as one statement: every value is bound, and nothing that a rule says becomes text of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from apps.core.catalogue.models import LabelRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.errors import Invalid
from apps.core.contract.playlists import Visibility
from apps.core.contract.smart import (
    MOST_RULES,
    Comparison,
    DayField,
    DaysRule,
    ExplicitRule,
    FavouriteRule,
    InnerGroup,
    InnermostGroup,
    Match,
    NumberField,
    NumberRule,
    NumberTest,
    RuleGroup,
    SmartOrder,
    SmartRule,
    TextField,
    TextRule,
    TextTest,
)
from apps.core.library.listing import LISTED, with_tracks
from apps.core.library.models import FavouriteTrackRow
from apps.core.listening.models import HistoryRow
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow, PlaylistTrackRow
from apps.core.rights.offers import offered

AnyGroup = RuleGroup | InnerGroup | InnermostGroup
Condition = ColumnElement[bool]
MILLISECONDS = 1000


def check_size(rule: SmartRule) -> None:
    """Raises `Invalid` where it has more comparisons than a statement should."""
    number = _comparisons(rule.group)
    if number > MOST_RULES:
        raise Invalid(
            "This rule makes %(number)s comparisons, and %(most)s are the most.", "Make it simpler, or two playlists of it.",
            number=number, most=MOST_RULES,
        )  # fmt: skip


def _comparisons(group: AnyGroup) -> int:
    return sum(_comparisons(one) if isinstance(one, AnyGroup) else 1 for one in group.rules)


class Compiler:
    """For one listener at one moment."""

    def __init__(self, account_id: str | None, now: datetime) -> None:
        self._account_id = account_id
        self._now = now
        recording, history = TrackRow.__table__.alias("heard_track"), HistoryRow
        self._own = (
            select(recording.c.recording_id, func.count().label("plays"), func.max(history.played_at).label("last"))
            .join_from(history, recording, recording.c.id == history.track_id)
            .where(history.account_id == account_id)
            .group_by(recording.c.recording_id)
            .subquery("own")
        )
        self._plays: ColumnElement[int] = func.coalesce(self._own.c.plays, 0)

    def statement(self, rule: SmartRule, first: int, most: int) -> Select[Any]:
        """So many tracks that fit, from that number on, each with `fitting`: how many fit in all.

        What is told of a track is looked up for these alone.
        """
        order = (*self._order(rule.order), TrackRow.id)
        chosen = (
            select(TrackRow.id, func.count().over().label("fitting"), func.row_number().over(order_by=order).label("place"))
            .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
            .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
            .outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)
            .outerjoin(self._own, self._own.c.recording_id == TrackRow.recording_id)
            .where(ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id), self._group(rule.group))
            .order_by(*order)
            .limit(most)
            .offset(first - 1)
            .subquery("chosen")
        )
        wanted = select(*LISTED, chosen.c.fitting, chosen.c.place).select_from(chosen)
        return with_tracks(wanted, chosen.c.id).order_by(chosen.c.place)

    def _order(self, order: SmartOrder) -> tuple[Any, ...]:
        release = ReleaseRow.id, TrackRow.disc, TrackRow.number
        orders: dict[SmartOrder, tuple[Any, ...]] = {
            SmartOrder.TITLE: (func.lower(TrackRow.title),),
            SmartOrder.ARTIST: (func.lower(RecordingRow.artist), *release),
            SmartOrder.NEWEST: (ReleaseRow.published_at.desc(), *release),
            SmartOrder.LATEST: (ReleaseRow.year.desc().nulls_last(), *release),
            SmartOrder.MOST_PLAYED: (self._plays.desc(), *release),
            SmartOrder.LEAST_RECENTLY_PLAYED: (self._own.c.last.asc().nulls_first(), *release),
        }
        return orders[order]

    def _group(self, group: AnyGroup) -> Condition:
        parts = [self._group(one) if isinstance(one, AnyGroup) else self._comparison(one) for one in group.rules]
        return {Match.ALL: and_, Match.ANY: or_, Match.NONE: _none}[group.match](*parts)

    def _comparison(self, rule: Comparison) -> Condition:
        match rule:
            case TextRule():
                return _text(rule)
            case NumberRule():
                return self._number(rule)
            case DaysRule():
                return self._days(rule)
            case ExplicitRule():
                return RecordingRow.explicit.is_(rule.is_so)
            case FavouriteRule():
                kept = select(FavouriteTrackRow.recording_id).where(FavouriteTrackRow.account_id == self._account_id)
                return RecordingRow.id.in_(kept) if rule.is_so else RecordingRow.id.not_in(kept)
            case _:
                within = self._in_playlist(rule.playlist_id)
                return RecordingRow.id.in_(within) if rule.is_so else RecordingRow.id.not_in(within)

    def _number(self, rule: NumberRule) -> Condition:
        value: Any = {
            NumberField.YEAR: ReleaseRow.year, NumberField.DURATION: RecordingRow.duration_ms, NumberField.PLAYS: self._plays,
        }[rule.field]  # fmt: skip
        unit = MILLISECONDS if rule.field is NumberField.DURATION else 1
        low, high = value >= rule.number * unit, value < (rule.number + 1) * unit
        fits = {NumberTest.IS: and_(low, high), NumberTest.AT_LEAST: low, NumberTest.AT_MOST: high}[rule.test]
        return func.coalesce(fits, false())

    def _days(self, rule: DaysRule) -> Condition:
        moment: Any = ReleaseRow.published_at if rule.field is DayField.ADDED else self._own.c.last
        recent = func.coalesce(moment >= self._now - timedelta(days=rule.days), false())
        return recent if rule.within else not_(recent)

    def _in_playlist(self, playlist_id: str) -> Any:
        """The recordings of a playlist that the listener may see."""
        track, mine = TrackRow.__table__.alias("listed_track"), PlaylistMemberRow.account_id == self._account_id
        member = select(PlaylistMemberRow.playlist_id).where(PlaylistMemberRow.playlist_id == playlist_id, mine)
        return (
            select(track.c.recording_id)
            .join_from(PlaylistTrackRow, track, track.c.id == PlaylistTrackRow.track_id)
            .join(PlaylistRow, PlaylistRow.id == PlaylistTrackRow.playlist_id)
            .where(PlaylistRow.id == playlist_id, PlaylistRow.deleted_at.is_(None))
            .where(or_(PlaylistRow.visibility != Visibility.PRIVATE, PlaylistRow.id.in_(member)))
        )


def _none(*parts: Condition) -> Condition:
    return not_(or_(*parts))


def _text(rule: TextRule) -> Condition:
    """What is not known is not anything, and contains nothing."""
    column: InstrumentedAttribute[Any] | ColumnElement[Any] = {
        TextField.TITLE: TrackRow.title, TextField.ARTIST: RecordingRow.artist, TextField.RELEASE: ReleaseRow.title,
        TextField.GENRE: func.coalesce(RecordingRow.genre, ReleaseRow.genre), TextField.LABEL: LabelRow.name,
    }[rule.field]  # fmt: skip
    known: ColumnElement[str] = func.coalesce(column, "")
    match rule.test:
        case TextTest.IS | TextTest.IS_NOT:
            fits: Condition = func.lower(known) == func.lower(rule.text)
        case TextTest.CONTAINS | TextTest.CONTAINS_NOT:
            fits = known.icontains(rule.text, autoescape=True)
        case _:
            fits = known.istartswith(rule.text, autoescape=True)
    return not_(fits) if rule.test in (TextTest.IS_NOT, TextTest.CONTAINS_NOT) else fits
