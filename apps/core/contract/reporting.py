"""Reporting: weekly statements of what labels' music earned, and sending them. docs/reports.md has the rules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import (
    BACK_OFFICE,
    STAFF,
    STAFF_IN_PERSON,
    STATEMENT_READERS,
    Command,
    Done,
    Event,
    Permission,
    Query,
    Territory,
)
from apps.core.contract.billing import Currency
from apps.core.contract.days import WeekName
from apps.core.contract.exports import Sha256
from apps.core.contract.ids import JobId, LabelId, LeaseToken
from apps.core.contract.labels import Eligibility, Label, PartyId, Share, Terms
from apps.core.contract.paging import Cursor, Page, PageSize

NO_PLAN = "none"
"""The plan of whoever has no subscription."""
MOST_PLAYS = 10**15
MOST_LABELS = 20_000

Count = Annotated[int, Meta(ge=0, le=MOST_PLAYS)]
StatementNumber = Annotated[str, Meta(max_length=20, pattern=r"^[0-9]{4}-[0-9]{6,12}(?!\n)$")]
"""By year, without gaps: `2026-000123`."""
ObjectKey = Annotated[str, Meta(min_length=1, max_length=512, pattern=r"^[A-Za-z0-9_./-]+(?!\n)$")]


class Status(StrEnum):
    """How far a statement is."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    APPROVED = "approved"
    DISPATCHED = "dispatched"
    FAILED = "failed"
    """It could not be sent; approving it once more has it tried again."""


class Sender(msgspec.Struct, frozen=True):
    """Who reports."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    party_id: PartyId | None = None


class CountedDay(msgspec.Struct, frozen=True):
    """An exported day that a run counts, by the SHA-256 of its manifest."""

    day: str
    sha256: str


class RunOrder(msgspec.Struct, frozen=True):
    """What is to be counted, settled when the run was opened."""

    week: WeekName
    days: tuple[CountedDay, ...]
    terms: tuple[Terms, ...]
    usual: Eligibility
    """Of plays without a contract."""
    sender: Sender


class UsageTotal(msgspec.Struct, frozen=True):
    """A label's plays in one territory, or those of nobody's music."""

    label_id: LabelId | None
    territory: Territory
    plays: Count
    """Previews are none."""
    eligible: Count
    late: Count
    """Of the plays: those of earlier weeks that came after these had closed."""


class Due(msgspec.Struct, frozen=True):
    """What a payee gets of one pool."""

    territory: Territory
    currency: Currency
    pool: int
    """Minor units, all that was given out."""
    pool_plays: int
    """Eligible plays of everybody."""
    plays: int
    eligible: int
    share: Share
    amount: int


class StatementOrder(msgspec.Struct, frozen=True):
    """A statement to be written: its files follow from this and the usage that was counted."""

    number: StatementNumber
    label: Label
    party_id: PartyId | None
    created_at: datetime
    dues: tuple[Due, ...]


class ReportFile(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.-]+(?!\n)$")]
    key: ObjectKey
    """In object storage."""
    size: Count
    sha256: Sha256


class StatementFiles(msgspec.Struct, frozen=True):
    number: StatementNumber
    files: Annotated[tuple[ReportFile, ...], Meta(min_length=1, max_length=4)]


class Amount(msgspec.Struct, frozen=True):
    currency: Currency
    amount: int
    """Minor units."""


class Signature(msgspec.Struct, frozen=True):
    name: str
    at: datetime


class Statement(msgspec.Struct, frozen=True):
    number: StatementNumber
    week: WeekName
    label: Label
    status: Status
    written: bool
    """Whether its files are there."""
    totals: tuple[Amount, ...]
    created_at: datetime
    checked: Signature | None
    approved: Signature | None
    dispatched_at: datetime | None
    reason: str | None
    """Why it could not be sent."""


class StatementDetail(msgspec.Struct, frozen=True):
    statement: Statement
    dues: tuple[Due, ...]
    files: tuple[ReportFile, ...]
    places: tuple[str, ...]
    """Where they lie at the partner's."""


class Pool(msgspec.Struct, frozen=True):
    """A week's money of one territory of sale and currency, in minor units."""

    territory: Territory
    currency: Currency
    earned: int
    """This week; below zero where more was refunded."""
    carried_in: int
    labels: int
    held: int
    house: int
    carried_out: int
    """Into the next week: a deficit, or what no eligible play laid claim to."""
    eligible: int


class Reconciliation(msgspec.Struct, frozen=True):
    """The ledger's revenue up to the close, and where all of it is: in minor units."""

    currency: Currency
    revenue: int
    unearned: int
    """Paid for what is still to come."""
    allocated: int
    """To all payees, by all runs so far."""
    carried: int

    @property
    def difference(self) -> int:
        return self.revenue - self.unearned - self.allocated - self.carried


class Finding(StrEnum):
    NO_OWNER = "no_owner"
    NO_CONTRACT = "no_contract"
    NO_MONEY = "no_money"
    """Eligible plays where nothing was earned, or less than was refunded."""
    LATE = "late"
    CARRIED = "carried"


class Remark(msgspec.Struct, frozen=True):
    """Something out of the ordinary that a person should know of."""

    finding: Finding
    territory: Territory
    label: Label | None = None
    plays: int = 0
    carried: Amount | None = None


class RunSummary(msgspec.Struct, frozen=True):
    week: WeekName
    opened_at: datetime
    settled_at: datetime | None
    statements: int
    dispatched: int


class RunDetail(msgspec.Struct, frozen=True):
    run: RunSummary
    days: tuple[CountedDay, ...]
    reconciliation: tuple[Reconciliation, ...]
    pools: tuple[Pool, ...]
    remarks: tuple[Remark, ...]
    statements: tuple[Statement, ...]


class DispatchOrder(msgspec.Struct, frozen=True):
    number: StatementNumber
    label_id: LabelId
    files: tuple[ReportFile, ...]


class StatementApproved(Event, frozen=True):
    """Two people have said that it is right."""

    number: StatementNumber


class AskForStatements(Command[Done], frozen=True):
    """Have the next week reported, once all its days are exported and the ledger is closed for it. Asked again, nothing changes."""

    permission: ClassVar[Permission] = BACK_OFFICE


class OpenRun(Command[RunOrder], frozen=True):
    """What the holder of a `statements` job is to count; settled the first time, and the same ever after. Raises LeaseLost, Invalid."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    sender: Sender


class RecordUsage(Command[tuple[StatementOrder, ...]], frozen=True):
    """Allocate the week's pools by what was counted, number the statements and freeze both.

    What is kept of payments is what the weeks before have settled, and what was entered since. Where that is not `revenue`, everything is
    summed up anew; where it still is not, the report tells the difference. Recorded again, totals are compared and nothing changes. Raises
    LeaseLost, Conflict where the week was counted differently before or is not open, Invalid.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    totals: tuple[UsageTotal, ...]
    revenue: tuple[Amount, ...]
    """What `GetRevenue` says."""


class RecordStatementFiles(Command[Done], frozen=True):
    """Record where the files of every statement of the run lie, and finish its job.

    Raises LeaseLost, Conflict where they are not those of all the statements, or differ from what was recorded before, Invalid.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    statements: Annotated[tuple[StatementFiles, ...], Meta(max_length=MOST_LABELS)]


class ListRuns(Query[Page[RunSummary]], frozen=True):
    """Weeks that were reported, latest first."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 50


class GetRevenue(Query[tuple[Amount, ...]], frozen=True):
    """The balance of the ledger's revenue account at the close of an open week, by currency: from all its entries, and from nothing else.

    Raises NotFound where the week is not open.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    week: WeekName


class GetRun(Query[RunDetail], frozen=True):
    """A week's report: reconciled, with its pools, statements and what is out of the ordinary. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    week: WeekName


class ListStatements(Query[Page[Statement]], frozen=True):
    """Statements, latest first: to partners those of their labels that were approved, to staff all."""

    permission: ClassVar[Permission] = STATEMENT_READERS

    cursor: Cursor | None = None
    size: PageSize = 50


class GetStatement(Query[StatementDetail], frozen=True):
    """One statement and its files. Raises NotFound, also for a partner who asks for another label's."""

    permission: ClassVar[Permission] = STATEMENT_READERS

    number: StatementNumber


class CheckStatement(Command[Statement], frozen=True):
    """Say that a statement is right, as the first of two. Raises NotFound, Conflict where it is not drafted or not written yet."""

    permission: ClassVar[Permission] = STAFF_IN_PERSON

    number: StatementNumber


class ApproveStatement(Command[Statement], frozen=True):
    """Say that a checked statement is right, as the second of two, and have it sent; or have one that failed sent again.

    Raises NotFound, Forbidden to whoever checked it, Conflict where it is not checked. Emits StatementApproved.
    """

    permission: ClassVar[Permission] = STAFF_IN_PERSON

    number: StatementNumber


class GetDispatchOrder(Query[DispatchOrder], frozen=True):
    """What the holder of a `dispatch` job sends. Raises LeaseLost, Invalid where the job is of another kind."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken


class RecordDispatch(Command[Done], frozen=True):
    """Record that a statement was sent and where its files lie now, and finish its job. Raises LeaseLost, Invalid."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    places: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=1000)], ...], Meta(min_length=1, max_length=4)]
