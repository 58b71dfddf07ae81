"""Labels: what their contracts give them, and who sees their statements. docs/reports.md has the rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.accounts import Email
from apps.core.contract.actions import ADMINISTRATOR, STAFF, WORLDWIDE, Command, Permission, Query, Territory
from apps.core.contract.days import WeekName
from apps.core.contract.ids import ContractId, LabelId
from apps.core.contract.listening import Evidence
from apps.core.contract.paging import Cursor, Page, PageSize

USUAL_LEAST_MS = 30_000
"""A stream is counted from 30 seconds on, as charts and distributors do."""
LARGEST_SHARE_PART = 1_000_000

PartyId = Annotated[str, Meta(max_length=40, pattern=r"^PADPIDA[A-Za-z0-9]{1,30}(?!\n)$")]
"""A DDEX party identifier (DPID)."""


class Model(StrEnum):
    """How a label's part of a pool is found."""

    PRO_RATA = "pro_rata"
    """Its eligible plays of all eligible plays of the territory."""


class Share(msgspec.Struct, frozen=True):
    """An exact fraction: 65 % is 65/100, two thirds are 2/3."""

    numerator: Annotated[int, Meta(ge=0, le=LARGEST_SHARE_PART)]
    denominator: Annotated[int, Meta(ge=1, le=LARGEST_SHARE_PART)]


class Eligibility(msgspec.Struct, frozen=True):
    """Which plays earn; previews never do."""

    least_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = USUAL_LEAST_MS
    least_evidence: Evidence = Evidence.SESSION
    """This grade counts and what proves more: claimed, session, fetched."""


class Label(msgspec.Struct, frozen=True):
    id: LabelId
    name: str


class LabelContract(msgspec.Struct, frozen=True):
    """What a label gets of what its music earns, for whole weeks."""

    id: ContractId
    label: Label
    territory: Territory
    """`WW` is every territory that no contract of the label's names."""
    model: Model
    share: Share
    eligibility: Eligibility
    party_id: PartyId | None
    starts_on: WeekName
    ends_on: WeekName | None
    """The first week it holds no more."""


class Terms(msgspec.Struct, frozen=True):
    """A contract as a run goes by it."""

    label_id: LabelId
    territory: Territory
    share: Share
    eligibility: Eligibility


class Partner(msgspec.Struct, frozen=True):
    """Somebody who sees the statements of these labels."""

    email: str
    labels: tuple[Label, ...]


class ListLabels(Query[Page[Label]], frozen=True):
    """Labels by name; `name` narrows to those that begin with it."""

    permission: ClassVar[Permission] = STAFF

    name: Annotated[str, Meta(max_length=200)] = ""
    cursor: Cursor | None = None
    size: PageSize = 50


class SetContract(Command[LabelContract], frozen=True):
    """Agree what a label gets from a week on. One that holds for the same territory then ends where this one begins.

    Raises NotFound for no such label, Invalid where a date is no Friday or it ends before it begins, Conflict where it would begin in
    a week that is reported already, or reach into a later contract.
    """

    permission: ClassVar[Permission] = STAFF

    label_id: LabelId
    share: Share
    starts_on: WeekName
    ends_on: WeekName | None = None
    territory: Territory = WORLDWIDE
    model: Model = Model.PRO_RATA
    eligibility: Eligibility = Eligibility()
    party_id: PartyId | None = None


class ListContracts(Query[Page[LabelContract]], frozen=True):
    """Every contract there ever was, by label, the latest first."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 50


class AssignPartner(Command[Partner], frozen=True):
    """Let an account see the statements of exactly these labels; it is given the role of a partner. Raises NotFound."""

    permission: ClassVar[Permission] = ADMINISTRATOR

    email: Email
    label_ids: Annotated[tuple[LabelId, ...], Meta(max_length=100)]
