"""Changes to accounts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from apps.core.accounts.attempts import attempt_of, registration_from, taking_away
from apps.core.accounts.models import AccountRoleRow, AccountRow, InvitationRow
from apps.core.accounts.passwords import Passwords
from apps.core.accounts.rules import INVITATION_LIFETIME, check_password, email_key
from apps.core.accounts.trial import try_password
from apps.core.bus import handles
from apps.core.contract.accounts import (
    AcceptInvitation,
    Account,
    AccountRegistered,
    AccountStatus,
    AccountSuspensionChanged,
    ChangePassword,
    ChangeRoles,
    Invitation,
    InviteAdministrator,
    LogIn,
    OwnData,
    RegisterAccount,
    RestoreAccount,
    SuspendAccount,
    TakeOwnData,
)
from apps.core.contract.actions import Actor, Done, Role
from apps.core.contract.errors import AccountExists, AccountSuspended, Conflict, LogInFailed, NotFound
from apps.core.contract.words import marked
from apps.core.database import reader
from apps.core.outbox import Events
from apps.core.rights.plans import FIRST_PLAN, plan_at
from ports.clock.interface import Clock

TAKEN = (marked("There is an account with this e-mail address already."), marked("Log in with it, or use another address."))
SPENT = (marked("This link has been used or has expired."), marked("Ask for a new one: ./celesta users invite"))


@handles(RegisterAccount)
def register_account(
    action: RegisterAccount, actor: Actor, session: Session, events: Events, clock: Clock, passwords: Passwords
) -> Account:
    registration = registration_from(actor.address, clock.now())
    registration.refuse_early()
    password_hash = _hash(action, passwords)  # before the session is used: it takes a while, and nobody else could write meanwhile
    registration.count(session)
    if _is_taken(session, action.email):
        raise AccountExists(*TAKEN)
    row = _open_account(action, password_hash, session, events, clock)
    return as_account(row, frozenset({Role.LISTENER}), clock.now())


@handles(LogIn)
def log_in(action: LogIn, actor: Actor, session: Session, clock: Clock, passwords: Passwords) -> Account:
    attempt = attempt_of(action.email, actor.address, clock.now())
    attempt.refuse_early()
    trial = try_password(AccountRow.email_key == email_key(action.email), action.password, passwords)
    renewed = passwords.hash(action.password) if trial.right and trial.stored and passwords.outdated(trial.stored) else None
    attempt.count(session)
    row = trial.account(session)
    if row is None:
        raise LogInFailed("The e-mail address and the password do not belong together.", "Check both and try again.")
    attempt.succeeded(session)
    if row.status != AccountStatus.ACTIVE:
        raise AccountSuspended("This account is suspended.", "Write to us and we will look into it.")
    row.password_hash = renewed or row.password_hash
    return as_account(row, roles_of(session, row.id), clock.now())


@handles(TakeOwnData)
def take_own_data(actor: Actor, session: Session, clock: Clock) -> OwnData:
    now = clock.now()
    row = session.scalars(select(AccountRow).where(AccountRow.id == actor.account_id)).one()
    taking_away(row.id, now).count(session)
    return OwnData(as_account(row, roles_of(session, row.id), now), now)


@handles(ChangePassword)
def change_password(action: ChangePassword, actor: Actor, session: Session, clock: Clock, passwords: Passwords) -> Done:
    mine = AccountRow.id == actor.account_id
    with reader() as connection:
        email = connection.scalars(select(AccountRow.email).where(mine)).one()
    attempt = attempt_of(email, actor.address, clock.now())
    check_password(action.new, email)  # whether or not the present one is right, which only a counted attempt may tell
    attempt.refuse_early()
    trial = try_password(mine, action.present, passwords)
    chosen = passwords.hash(action.new) if trial.right else ""
    attempt.count(session)
    row = trial.account(session)
    if row is None:
        raise LogInFailed("That is not your present password.", "Check it and try again.")
    attempt.succeeded(session)
    row.password_hash, row.password_set_at = chosen, clock.now()
    return Done()


@handles(InviteAdministrator)
def invite_administrator(session: Session, clock: Clock) -> Invitation:
    if _administrators(session):
        raise Conflict("There is an administrator already.", "Give others the role with: ./celesta users roles EMAIL administrator")
    session.execute(delete(InvitationRow).where(InvitationRow.role == Role.ADMINISTRATOR))
    token = secrets.token_urlsafe(24)
    expires_at = clock.now() + INVITATION_LIFETIME
    session.add(InvitationRow(digest=_digest(token), role=Role.ADMINISTRATOR, expires_at=expires_at))
    return Invitation(token, expires_at)


@handles(AcceptInvitation)
def accept_invitation(action: AcceptInvitation, session: Session, events: Events, clock: Clock, passwords: Passwords) -> Account:
    good = (InvitationRow.digest == _digest(action.token)) & (InvitationRow.expires_at > clock.now())
    with reader() as connection:
        if connection.scalar(select(InvitationRow.role).where(good)) is None:
            raise NotFound(*SPENT)
    password_hash = _hash(action, passwords)
    # Taken away before it is used: of any number sent at once, one finds it.
    role = session.scalar(delete(InvitationRow).where(good).returning(InvitationRow.role))
    if role is None:
        raise NotFound(*SPENT)
    if _is_taken(session, action.email):
        raise Conflict(*TAKEN)
    row = _open_account(action, password_hash, session, events, clock)
    session.add(AccountRoleRow(account_id=row.id, role=role))
    return as_account(row, frozenset({Role.LISTENER, Role(role)}), clock.now())


@handles(ChangeRoles)
def change_roles(action: ChangeRoles, session: Session, clock: Clock) -> Account:
    row = _account_of(session, action.email)
    before = _administrators_locked(session)
    session.execute(delete(AccountRoleRow).where(AccountRoleRow.account_id == row.id))
    session.add_all(AccountRoleRow(account_id=row.id, role=role) for role in sorted(action.roles - {Role.LISTENER}))
    session.flush()
    _keep_one_administrator(session, before)
    return as_account(row, roles_of(session, row.id), clock.now())


@handles(SuspendAccount)
def suspend_account(action: SuspendAccount, session: Session, events: Events, clock: Clock) -> Account:
    return _set_status(action.email, AccountStatus.SUSPENDED, session, events, clock)


@handles(RestoreAccount)
def restore_account(action: RestoreAccount, session: Session, events: Events, clock: Clock) -> Account:
    return _set_status(action.email, AccountStatus.ACTIVE, session, events, clock)


def as_account(row: AccountRow, roles: frozenset[Role], now: datetime) -> Account:
    plan = plan_at(now, row.plan, row.plan_ends_at)
    return Account(row.id, row.email, row.name, AccountStatus(row.status), roles, plan, row.created_at, row.password_set_at)


def roles_of(session: Session, account_id: str) -> frozenset[Role]:
    stored = session.scalars(select(AccountRoleRow.role).where(AccountRoleRow.account_id == account_id))
    return frozenset({Role.LISTENER, *(Role(role) for role in stored)})


def _hash(action: RegisterAccount | AcceptInvitation, passwords: Passwords) -> str:
    check_password(action.password, action.email)
    return passwords.hash(action.password)


def _open_account(
    action: RegisterAccount | AcceptInvitation, password_hash: str, session: Session, events: Events, clock: Clock
) -> AccountRow:
    row = AccountRow(
        email=action.email, email_key=email_key(action.email), name=action.name.strip() or action.email,
        password_hash=password_hash, password_set_at=clock.now(), status=AccountStatus.ACTIVE, plan=FIRST_PLAN,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.emit(AccountRegistered(row.id))
    return row


def _is_taken(session: Session, email: str) -> bool:
    return session.scalar(select(AccountRow.id).where(AccountRow.email_key == email_key(email))) is not None


def _set_status(email: str, status: AccountStatus, session: Session, events: Events, clock: Clock) -> Account:
    row = _account_of(session, email)
    if row.status != status:
        before = _administrators_locked(session)
        row.status = status
        session.flush()
        _keep_one_administrator(session, before)
        events.emit(AccountSuspensionChanged(row.id, suspended=status == AccountStatus.SUSPENDED))
    return as_account(row, roles_of(session, row.id), clock.now())


def _account_of(session: Session, email: str) -> AccountRow:
    row = session.scalar(select(AccountRow).where(AccountRow.email_key == email_key(email)))
    if row is None:
        raise NotFound(f"There is no account with the e-mail address {email}.", "Look it up with: ./celesta users list")
    return row


def _administrators(session: Session) -> int:
    administrators = select(func.count()).select_from(AccountRoleRow).join(AccountRow, AccountRow.id == AccountRoleRow.account_id)
    administrators = administrators.where(AccountRoleRow.role == Role.ADMINISTRATOR, AccountRow.status == AccountStatus.ACTIVE)
    return session.scalar(administrators) or 0


def _administrators_locked(session: Session) -> int:
    """So that two who go at the same moment see each other go."""
    session.execute(select(AccountRoleRow.account_id).where(AccountRoleRow.role == Role.ADMINISTRATOR).with_for_update())
    return _administrators(session)


def _keep_one_administrator(session: Session, before: int) -> None:
    if before and not _administrators(session):
        raise Conflict("That would leave nobody to administer the service.", "Make somebody else an administrator first.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
