"""Accounts, roles, apps, devices and what they keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from apps.core.accounts.passwords import Passwords
from apps.core.contract.accounts import (
    AcceptInvitation,
    ChangePassword,
    ChangeRoles,
    InviteAdministrator,
    LogIn,
    RegisterAccount,
    RestoreAccount,
    SuspendAccount,
    TakeOwnData,
)
from apps.core.contract.actions import Role
from apps.core.contract.jobs import EncryptWork
from apps.core.contract.labels import AssignPartner, SetContract
from apps.core.contract.oauth import ConnectApp, DisconnectApp, RegisterApp, RemoveApp
from apps.core.contract.offline import CheckIn, OfflineCopy, Preparing, RegisterDevice, RemoveDevice, SaveOffline, WrapKeysAnew
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, made, pairs, passing, repeated, set_to
from tests.faults.history.record import Operation

ADMINISTRATORS = "SELECT email FROM account JOIN account_role ON account.id = account_id WHERE role = 'administrator'"
ROLES = "SELECT email, role FROM account LEFT JOIN account_role ON account.id = account_id"


def roles_now(scene: Scene) -> Mapping[Any, Any]:
    found: dict[str, set[str]] = {}
    for email, role in scene.rows(ROLES):
        found.setdefault(email, set()).update([role] if role else [])
    return found


def passwords(scene: Scene) -> Iterator[Finding]:
    """The last acknowledged one, or one that may have been chosen after it, lets in."""
    stored = dict(scene.rows("SELECT id, password_hash FROM account"))
    chosen: dict[str, list[str]] = {}
    for one in scene.of((ChangePassword,)):
        if one.done:
            chosen[one.asked.account] = [one.action.new]
        elif one.possible:
            chosen.setdefault(one.asked.account, []).append(one.action.new)
    checker = Passwords(64)
    for account, possible in chosen.items():
        # Of an account that is not there another rule tells whether it should be.
        if account in stored and not any(checker.matches(stored[account], password) for password in possible):
            yield Finding(Wrong.LOST, ChangePassword.__name__, account)


def invitations(scene: Scene) -> Iterator[Finding]:
    """Each that was used has made one administrator; the last one is still there where nobody used it."""
    accepted = [one for one in scene.of((AcceptInvitation,)) if one.possible]
    administrators = {row[0] for row in scene.rows(ADMINISTRATORS)}
    for one in accepted:
        if one.done and one.action.email not in administrators:
            yield Finding(Wrong.LOST, AcceptInvitation.__name__, f"{one.action.email} is no administrator")
    for email in administrators - {one.action.email for one in accepted}:
        yield Finding(Wrong.TWICE, AcceptInvitation.__name__, f"{email} was never invited")
    used, waiting = {one.action.token for one in accepted}, {row[0] for row in scene.rows("SELECT digest FROM invitation")}
    for one in [one for one in scene.of((InviteAdministrator,)) if one.possible][-1:]:
        if one.done and one.result.token not in used and sha256(one.result.token.encode()).digest() not in waiting:
            yield Finding(Wrong.LOST, InviteAdministrator.__name__, "the last invitation is not there, and nobody used it")


def contracts(scene: Scene) -> Iterator[Finding]:
    doubled = repeated(scene, "SELECT label_id, territory, starts_on FROM contract")
    yield from (Finding(Wrong.TWICE, SetContract.__name__, str(row)) for row in doubled)


def licences(scene: Scene) -> Iterator[Finding]:
    """What was given out is there; what was asked for is made, or will be: that no work is left over at the end another rule tells."""
    there = {row[0] for row in scene.rows("SELECT id FROM licence")}
    for one in scene.of((SaveOffline,)):
        if isinstance(one.result, OfflineCopy) and one.result.licence.id not in there:
            yield Finding(Wrong.LOST, SaveOffline.__name__, one.result.licence.id)
    doubled = repeated(scene, "SELECT device_id, track_id FROM licence WHERE ended_at IS NULL")
    yield from (Finding(Wrong.TWICE, SaveOffline.__name__, str(row)) for row in doubled)
    made = {row[0] for row in scene.rows("SELECT recording_id FROM encrypted_file WHERE key IS NOT NULL")}
    works = scene.rows("SELECT work FROM job WHERE kind = 'encrypt' AND status <> 'done'")
    promised = {msgspec.json.decode(work, type=EncryptWork).recording_id for (work,) in works}
    recordings = dict(scene.rows("SELECT id, recording_id FROM track"))
    for one in scene.of((SaveOffline,)):
        there = made | promised if isinstance(one.result, Preparing) else made
        if one.done and recordings.get(one.action.track_id) not in there:
            yield Finding(Wrong.LOST, SaveOffline.__name__, f"no copy of {one.action.track_id} was made")


def apps(scene: Scene) -> Iterator[Finding]:
    """An app is registered once, and there until it is removed."""
    there, removed = scene.rows("SELECT id, name FROM oauth_client"), {one.action.client_id: one for one in scene.of((RemoveApp,))}
    ids, names = {row[0] for row in there}, Counter(row[1] for row in there)
    for one in scene.of((RegisterApp,)):
        if names[one.action.name] > 1:
            yield Finding(Wrong.TWICE, RegisterApp.__name__, one.action.name)
        if one.done and one.result.client.id not in removed and one.result.client.id not in ids:
            yield Finding(Wrong.LOST, RegisterApp.__name__, one.action.name)
    yield from (Finding(Wrong.LOST, RemoveApp.__name__, name) for name, one in removed.items() if one.done and name in ids)


def client_of(one: Operation) -> tuple[str, str]:
    return one.asked.account, one.action.client_id


RULES: tuple[Rule, ...] = (
    added(
        RegisterAccount, AcceptInvitation, rows="SELECT email FROM account WHERE email LIKE '%-SEASON-%'",
        keys=lambda one: [one.action.email],
    ),
    Rule((AcceptInvitation, InviteAdministrator), invitations),
    passing(LogIn, because="it leaves nothing but counted failures"),
    passing(TakeOwnData, because="it leaves nothing but how often it was done"),
    Rule((ChangePassword,), passwords),
    set_to(
        ChangeRoles, wish=lambda one: (one.action.email, {role.value for role in one.action.roles - {Role.LISTENER}}), now=roles_now,
    ),
    set_to(
        SuspendAccount, RestoreAccount,
        wish=lambda one: (one.action.email, "suspended" if isinstance(one.action, SuspendAccount) else "active"),
        now=pairs("SELECT email, status FROM account"),
    ),
    set_to(
        AssignPartner, wish=lambda one: (one.action.email, one.action.label_ids[0]),
        now=pairs("SELECT email, label_id FROM account JOIN partner ON account.id = account_id"),
    ),
    set_to(
        SetContract, wish=lambda one: ((one.action.label_id, one.action.starts_on), one.action.share.numerator),
        now=pairs("SELECT label_id, starts_on, share_numerator FROM contract"),
    ),
    Rule((SetContract,), contracts),
    Rule((RegisterApp, RemoveApp), apps),
    set_to(
        ConnectApp, DisconnectApp, wish=lambda one: (client_of(one), True if isinstance(one.action, ConnectApp) else None),
        now=pairs("SELECT account_id, client_id, true FROM connected_app"),
    ),
    made(RegisterDevice, rows="SELECT account_id FROM device", owner=lambda one: one.asked.account),
    set_to(
        RemoveDevice, wish=lambda one: (one.action.device_id, True),
        now=pairs("SELECT id, removed_at IS NOT NULL FROM device"),
    ),
    Rule((SaveOffline,), licences),
    passing(CheckIn, because="it renews what SaveOffline gave, which is compared there"),
    passing(WrapKeysAnew, because="it changes how keys are wrapped; a copy that could not be opened any more would be found by its use"),
)  # fmt: skip
