"""The play log, and each listener's own history, as they are stored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class PlayRow(Base):
    """An append-only fact with its evidence. It caps and judges nothing."""

    __tablename__ = "play"
    __table_args__ = (
        UniqueConstraint("listener", "event_id"),
        Index("ix_play_export_day", "export_day", "late", "id"),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    listener: Mapped[str] = mapped_column(IdColumn)
    """A pseudonym: a fact outlives the account it came from."""
    event_id: Mapped[str]
    day: Mapped[str]
    """The UTC day it began on, `YYYY-MM-DD`: what somebody looks for who asks the database by hand."""
    export_day: Mapped[str]
    """The day that it is exported and dropped with: its own, or where it came late, the one that closed next."""
    late: Mapped[bool]
    """Whether its own day had closed when it came."""
    started_at: Mapped[datetime]
    received_at: Mapped[datetime]
    played_ms: Mapped[int]
    track_id: Mapped[str] = mapped_column(IdColumn)
    recording_id: Mapped[str] = mapped_column(IdColumn)
    release_id: Mapped[str] = mapped_column(IdColumn)
    session_id: Mapped[str | None] = mapped_column(IdColumn)
    licence_id: Mapped[str | None] = mapped_column(IdColumn)
    """What it was heard under without a connection."""
    territory: Mapped[str]
    plan: Mapped[str]
    preview: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was heard as a preview."""
    client: Mapped[str]
    evidence: Mapped[str]


class HistoryRow(Base):
    """A listener's own history: theirs to erase."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("account_id", "event_id"), Index("ix_history_latest", "account_id", "played_at", "id"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"))
    event_id: Mapped[str]
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    played_at: Mapped[datetime]
    source: Mapped[str | None]
    """The contract's `SourceKind`: what it was started from; None where the player did not say."""
    source_id: Mapped[str | None] = mapped_column(IdColumn)
    """Of that, where it has an id. No foreign key: what it names may be gone one day, and the play stays."""
    source_name: Mapped[str | None]
    """A chart's code, or an app's own words."""


class ListenerRow(Base):
    """Who is behind a pseudonym of the log and its exports: without this row nobody can tell any more."""

    __tablename__ = "listener"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(IdColumn, unique=True)
    """Random, all of it: unlike other ids it does not tell when it was made."""
    history_cleared_at: Mapped[datetime | None]
    """Of what was heard before, nobody can tell any more whether it was in the log once its plays have left that."""


class Plays(StrEnum):
    """What became of an exported day's plays in the database."""

    KEPT = "kept"
    LEAVING = "leaving"
    GONE = "gone"
    HELD = "held"
    """Some came after all was thought to be there: they wait for somebody to look."""


class ExportedDayRow(Base):
    """A closed day of the play log that lies in object storage."""

    __tablename__ = "exported_day"

    day: Mapped[str] = mapped_column(primary_key=True)
    manifest: Mapped[bytes]
    """The contract's `DayManifest`, encoded."""
    sha256: Mapped[str]
    """Of the manifest."""
    exported_at: Mapped[datetime]
    plays: Mapped[str] = mapped_column(default=Plays.KEPT)
    """Whether its plays are still in the database: `Plays`."""
