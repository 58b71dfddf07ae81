"""What operators, administrators, staff and partners do."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

from apps.core.contract.accounts import AcceptInvitation, ChangeRoles, InviteAdministrator, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Role, Scope
from apps.core.contract.billing import StopCharging
from apps.core.contract.errors import Conflict
from apps.core.contract.labels import AssignPartner, Eligibility, ListLabels, SetContract, Share
from apps.core.contract.listening import Evidence
from apps.core.contract.oauth import RegisterApp, RemoveApp
from apps.core.contract.reporting import ApproveStatement, CheckStatement, ListStatements, Status
from tests.faults.history.rounds.buying import subscribe
from tests.faults.history.town import PASSWORD, Town

FRIDAY = 4
EARNING = Eligibility(least_evidence=Evidence.CLAIMED)
"""Nobody of a season listens for so long that it could be proved: by the usual terms no play would earn anything."""


def invite(town: Town, _chance: random.Random) -> None:
    """Where there is no administrator yet; the first one of a service is made so."""
    with suppress(Conflict):
        invitation = town.operator.do(InviteAdministrator())
        email = f"{town.new_name('administrator')}@example.com"
        town.visitor.do(AcceptInvitation(invitation.token, email, "Administrator", PASSWORD))


def change_roles(town: Town, chance: random.Random) -> None:
    who = town.register("changing")
    for roles in ({Role.STAFF}, {Role.PARTNER}, set[Role]())[: chance.randint(1, 3)]:
        town.operator.do(ChangeRoles(who.email, frozenset(roles)))


def suspend(town: Town, chance: random.Random) -> None:
    """A subscriber, for whom nothing is charged any more."""
    who = town.register("suspended")
    subscribe(town, who)
    town.operator.do(SuspendAccount(who.email))
    if town.minded(StopCharging, chance, 0.3):
        town.office.again(StopCharging(who.id))  # or the workers alone are told
    if town.minded(RestoreAccount, chance, 0.5):
        town.operator.do(RestoreAccount(who.email))


def register_apps(town: Town, _chance: random.Random) -> None:
    names = [town.new_name("app") for _ in range(2)]
    apps = [town.operator.do(RegisterApp(name, ("https://app.example/back",), frozenset(Scope))).client.id for name in names]
    town.apps.append(apps[0])
    town.operator.do(RemoveApp(apps[1]))


def contract(town: Town, chance: random.Random) -> None:
    """Agree a share for the weeks from this one on, and say who sees the label's statements."""
    label = chance.choice(town.operator.ask(ListLabels()).items)
    today = town.house.clock.now().date()
    friday = today - timedelta(days=(today.weekday() - FRIDAY) % 7)
    share = Share(chance.randint(1, 99), 100)
    town.operator.do(SetContract(label.id, share, friday.isoformat(), eligibility=EARNING))
    partner = town.register("partner")
    town.operator.do(AssignPartner(partner.email, (label.id,)))


def sign(town: Town, _chance: random.Random) -> None:
    """One of the staff checks each statement that is written, the other approves it: then it is sent."""
    first, second = town.staff
    for statement in first.ask(ListStatements(size=100)).items:
        if statement.status is Status.DRAFTED and statement.written:
            first.do(CheckStatement(statement.number))
        if statement.status in {Status.DRAFTED, Status.CHECKED} and statement.written:
            second.do(ApproveStatement(statement.number))
