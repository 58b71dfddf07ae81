"""A scheduled moment is taken once, and what has served its time is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert

from apps.core.accounts.models import InvitationRow, LogInFailureRow
from apps.core.contract.accounts import AcceptInvitation, InviteAdministrator, RegisterAccount
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Forbidden, Invalid, NotFound
from apps.core.contract.intake import CompleteDelivery, GetDelivery, OpenDelivery, RecordFiles
from apps.core.contract.jobs import PruneExpired, TakeSlot
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.contract.playback import EndPlayback, RenewPlayback, StartPlayback
from apps.core.database import db
from apps.core.jobs.commands import KEPT, SESSIONS_KEPT, SLOTS_KEPT
from apps.core.jobs.models import SlotRow
from apps.core.middleware.idempotency import IdempotencyRow
from apps.core.outbox import OutboxRow
from apps.core.playback.models import PlaybackSessionRow
from tests.at_once import at_once
from tests.conftest import START

NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


class TestTakeSlot:
    def test_under_twenty_at_once_is_true_once(self, worker):
        assert sorted(at_once([lambda: worker.send(TakeSlot("prune", NIGHT))] * 20)) == [False] * 19 + [True]

    def test_tells_schedules_and_moments_apart(self, worker):
        slots = (TakeSlot("prune", NIGHT), TakeSlot("charts", NIGHT), TakeSlot("prune", NIGHT + timedelta(days=1)))
        assert [worker.send(slot) for slot in slots] == [True] * 3
        assert [worker.send(slot) for slot in slots] == [False] * 3

    def test_knows_a_moment_in_another_time_zone(self, worker):
        worker.send(TakeSlot("prune", NIGHT))
        assert worker.send(TakeSlot("prune", NIGHT.astimezone(timezone(timedelta(hours=9))))) is False

    @pytest.mark.parametrize(("schedule", "slot"), [("", NIGHT), ("x" * 65, NIGHT), ("prune", NIGHT.replace(tzinfo=None))])
    def test_refuses_what_names_no_moment(self, worker, schedule, slot):
        with pytest.raises(Invalid):
            worker.send(TakeSlot(schedule, slot))

    def test_is_for_the_back_office(self, administrator):
        with pytest.raises(Forbidden):
            administrator.send(TakeSlot("prune", NIGHT))


@pytest.fixture
def add(core_app):
    def rows(table: type, *values: dict[str, object]) -> None:
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(insert(table), list(values))

    return rows


SECOND = timedelta(seconds=1)
AGES = {"old": KEPT + SECOND, "due": KEPT, "new": SECOND}
"""What is exactly as old as is kept is kept."""


class TestPruneExpired:
    def test_takes_so_many_at_once_and_says_whether_more_are_left(self, worker, add, left, monkeypatch):
        monkeypatch.setattr("apps.core.jobs.commands.PRUNED_AT_ONCE", 3)
        old = {"slot": START - 2 * SLOTS_KEPT, "taken_at": START}
        add(SlotRow, *({"schedule": f"{number}", **old} for number in range(7)))
        answers = [worker.send(PruneExpired()) for _ in range(3)]
        assert answers == [True, True, False]
        assert left(SlotRow.schedule) == []

    def test_removes_old_replies(self, worker, add, left):
        row = {"key": b"key", "digest": b"digest", "result": b"{}"}
        add(IdempotencyRow, *({**row, "caller": name, "created_at": START - age} for name, age in AGES.items()))
        worker.send(PruneExpired())
        assert left(IdempotencyRow.caller) == ["due", "new"]

    def test_lets_an_old_key_be_used_again(self, worker, visitor, clock):
        visitor.send(RegisterAccount("ana@example.com", "Ana", "correct horse battery"), "key")
        clock.advance((KEPT + SECOND).total_seconds())
        worker.send(PruneExpired())
        assert visitor.send(RegisterAccount("ben@example.com", "Ben", "correct horse battery"), "key").name == "Ben"

    def test_removes_events_published_long_ago_and_no_other(self, worker, add, left):
        row = {"fields": b"{}", "created_at": START - 9 * KEPT}
        ages = {**AGES, "never": None}
        rows = [{**row, "id": f"{n:022}", "event": name, "published_at": age and START - age} for n, (name, age) in enumerate(ages.items())]
        add(OutboxRow, *rows)
        worker.send(PruneExpired())
        assert left(OutboxRow.event) == ["due", "never", "new"]

    def test_removes_invitations_that_ran_out(self, worker, add, left):
        row = {"role": "administrator"}
        add(
            InvitationRow,
            {**row, "digest": b"over", "expires_at": START - SECOND},
            {**row, "digest": b"just", "expires_at": START},
            {**row, "digest": b"good", "expires_at": START + SECOND},
        )
        worker.send(PruneExpired())
        assert left(InvitationRow.digest) == [b"good", b"just"]

    def test_leaves_an_invitation_that_can_be_accepted(self, worker, operator, visitor):
        invitation = operator.send(InviteAdministrator())
        worker.send(PruneExpired())
        assert visitor.send(AcceptInvitation(invitation.token, "ada@example.com", "Ada", "correct horse battery")).name == "Ada"

    def test_removes_old_failures_to_log_in(self, worker, add, left):
        add(LogInFailureRow, *({"subject": name, "window": START - age, "count": 1} for name, age in AGES.items()))
        worker.send(PruneExpired())
        assert left(LogInFailureRow.subject) == ["due", "new"]

    def test_drops_a_delivery_that_was_never_completed(self, worker, operator, catalogue, clock):
        old, complete = operator.send(OpenDelivery("/music")), operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(old, tuple(catalogue.files("Blue", ["One"]))))
        operator.send(RecordFiles(complete, tuple(catalogue.files("Green", ["One"]))))
        operator.send(CompleteDelivery(complete))
        clock.advance((KEPT + SECOND).total_seconds())
        new = operator.send(OpenDelivery("/music"))
        assert worker.send(PruneExpired())
        assert not worker.send(PruneExpired())
        with pytest.raises(NotFound):
            operator.send(GetDelivery(old))
        assert [operator.send(GetDelivery(one)).summary.files for one in (complete, new)] == [1, 0]

    def test_drops_a_large_one_in_parts(self, worker, operator, catalogue, clock, monkeypatch):
        monkeypatch.setattr("apps.core.jobs.commands.PRUNED_AT_ONCE", 2)
        old = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(old, tuple(catalogue.files("Blue", ["One", "Two", "Three"]))))
        clock.advance((KEPT + SECOND).total_seconds())
        assert [worker.send(PruneExpired()) for _ in range(3)] == [True, True, False]
        with pytest.raises(NotFound):
            operator.send(GetDelivery(old))

    def test_removes_old_slots(self, worker, add, left):
        ages = {"old": SLOTS_KEPT + SECOND, "due": SLOTS_KEPT, "new": SECOND}
        add(SlotRow, *({"schedule": name, "slot": START - age, "taken_at": START} for name, age in ages.items()))
        worker.send(PruneExpired())
        assert left(SlotRow.schedule) == ["due", "new"]

    def test_removes_sessions_long_over_and_no_other(self, worker, ana, ben, catalogue, clock, left):
        track_id = ana.send(GetRelease(catalogue.release(tracks=1))).tracks[0].id
        old, young = (who.send(StartPlayback(track_id, "browser")) for who in (ana, ben))
        ana.send(EndPlayback(old.id))
        clock.advance(60)
        ben.send(RenewPlayback(young.id))
        clock.set(old.expires_at + SESSIONS_KEPT)
        worker.send(PruneExpired())
        assert left(PlaybackSessionRow.id) == sorted([old.id, young.id])
        clock.advance(1)
        worker.send(PruneExpired())
        assert left(PlaybackSessionRow.id) == [young.id]
        with pytest.raises(NotFound):
            ana.send(EndPlayback(old.id))

    def test_of_nothing_changes_nothing(self, worker, ana):
        for _ in range(2):
            worker.send(PruneExpired())
        assert ana.send(ListRecentlyPlayed()).items == ()

    def test_is_for_the_back_office(self, administrator):
        with pytest.raises(Forbidden):
            administrator.send(PruneExpired())
