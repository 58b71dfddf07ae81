"""The queue: one for each account, whatever it is played on, and nothing of it overwritten unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from apps.core.contract.actions import Scope
from apps.core.contract.errors import Conflict, Invalid, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.library import Unplayable
from apps.core.contract.listening import ReleaseSource, StationSource
from apps.core.contract.queue import MOST_QUEUED, GetQueue, PlayQueue, QueueEntry, SaveQueue, SaveQueuePosition
from apps.core.rights.terms import CommercialModel
from tests.conftest import START

BEYOND = "7" + "z" * 21
"""It looks like an id."""


@pytest.fixture
def entries(release):
    """All tracks of a release, played from it."""
    return tuple(QueueEntry(track.id, ReleaseSource(release.id)) for track in release.tracks)


def track_ids(who) -> list[str]:
    return [one.track.track_id for one in who.send(GetQueue()).tracks]


class TestSaveQueue:
    def test_is_there_on_another_device_as_it_was(self, ana, release, entries, clock):
        by_station = QueueEntry(release.tracks[0].id, StationSource(new_id()), autoplay=True, given_at=START)
        ana.send(SaveQueue(0, "laptop", (*entries, by_station), number=2, position_ms=61_000))
        queue = ana.send(GetQueue())
        assert [(one.track.track_id, one.source, one.autoplay, one.given_at) for one in queue.tracks] == [
            *((entry.track_id, entry.source, False, None) for entry in entries),
            (by_station.track_id, by_station.source, True, START),
        ]
        assert (queue.revision, queue.number, queue.position_ms) == (1, 2, 61_000)
        assert (queue.device, queue.client, queue.saved_at) == ("laptop", "website", clock.now())
        assert (queue.tracks[0].track.title, queue.tracks[0].track.release_title) == (release.tracks[0].title, release.title)

    def test_was_never_done_at_first(self, ana):
        assert ana.send(GetQueue()) == PlayQueue(0, (), None, 0, None, None, None)

    def test_replaces_what_was_known(self, ana, release, entries):
        first = ana.send(SaveQueue(0, "laptop", entries))
        assert ana.send(SaveQueue(first.revision, "phone", entries[:1])).revision == 2
        assert track_ids(ana) == [release.tracks[0].id]
        assert ana.send(SaveQueue(2, "phone", ())).revision == 3
        assert (track_ids(ana), ana.send(GetQueue()).number) == ([], None)

    @pytest.mark.parametrize("known", [0, 1, 3])
    def test_says_that_another_device_has_saved_since(self, ana, entries, known):
        for revision, device in enumerate(("laptop", "phone")):
            ana.send(SaveQueue(revision, device, entries[: revision + 1]))
        before = ana.send(GetQueue())
        with pytest.raises(Conflict, match="another device"):
            ana.send(SaveQueue(known, "laptop", entries))
        assert ana.send(GetQueue()) == before

    @pytest.mark.parametrize("known", [0, 1], ids=["the first", "another"])
    def test_by_two_at_once_succeeds_for_one(self, ana, entries, known):
        for revision in range(known):
            ana.send(SaveQueue(revision, "laptop", entries))
        ready = Barrier(2)

        def save(device: str) -> int | None:
            ready.wait(10)
            try:
                return ana.send(SaveQueue(known, device, entries)).revision
            except Conflict:
                return None

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(save, ("laptop", "phone")))
        assert sorted(map(str, answers)) == sorted([str(known + 1), "None"])

    def test_takes_so_many_tracks_and_no_more(self, ana, release):
        many = (QueueEntry(release.tracks[0].id),) * MOST_QUEUED
        ana.send(SaveQueue(0, "laptop", many, number=MOST_QUEUED))
        assert len(track_ids(ana)) == ana.send(GetQueue()).number == MOST_QUEUED
        with pytest.raises(Invalid):
            ana.send(SaveQueue(1, "laptop", (*many, many[0])))

    @pytest.mark.parametrize(("number", "tracks"), [(2, 0), (6, 5)])
    def test_with_a_number_beyond_the_end_is_refused(self, ana, entries, number, tracks):
        with pytest.raises(Invalid, match=f"no number {number}") as refusal:
            ana.send(SaveQueue(0, "laptop", entries[:tracks], number=number))
        assert refusal.value.wording.values == {"tracks": str(tracks), "number": str(number)}

    def test_is_one_account_s_own(self, ana, ben, entries):
        ana.send(SaveQueue(0, "laptop", entries))
        assert track_ids(ben) == []
        assert ben.send(SaveQueue(0, "laptop", entries[:1])).revision == 1
        assert len(track_ids(ana)) == len(entries)

    def test_needs_an_account(self, visitor, entries):
        with pytest.raises(Unauthenticated):
            visitor.send(SaveQueue(0, "laptop", entries))


class TestSaveQueuePosition:
    def test_says_where_somebody_is(self, ana, entries, clock):
        ana.send(SaveQueue(0, "laptop", entries))
        clock.advance(60)
        assert ana.send(SaveQueuePosition(1, "phone", 3, 42_000)).revision == 1
        queue = ana.send(GetQueue())
        assert (queue.revision, queue.number, queue.position_ms) == (1, 3, 42_000)
        assert (queue.device, queue.saved_at, len(queue.tracks)) == ("phone", clock.now(), 5)

    def test_beyond_the_end_is_the_end(self, ana, entries):
        ana.send(SaveQueue(0, "laptop", entries))
        ana.send(SaveQueuePosition(1, "laptop", 9, 1_000))
        queue = ana.send(GetQueue())
        assert (queue.number, queue.position_ms) == (5, 1_000)

    @pytest.mark.parametrize("known", [0, 1])
    def test_is_refused_in_a_queue_that_is_no_more(self, ana, entries, known):
        ana.send(SaveQueue(0, "laptop", entries))
        ana.send(SaveQueue(1, "phone", entries[:2]))
        before = ana.send(GetQueue())
        with pytest.raises(Conflict):
            ana.send(SaveQueuePosition(known, "laptop", 1, 1_000))
        assert ana.send(GetQueue()) == before


class TestTracksThatMayNotBeSeen:
    @pytest.mark.parametrize("unknown", [new_id(), BEYOND], ids=["unknown", "beyond all ids"])
    def test_drop_out(self, ana, release, entries, unknown):
        ana.send(SaveQueue(0, "laptop", (QueueEntry(unknown), *entries), number=3, position_ms=5_000))
        queue = ana.send(GetQueue())
        assert [one.track.track_id for one in queue.tracks] == [track.id for track in release.tracks]
        assert (queue.number, queue.position_ms) == (2, 5_000)

    def test_leave_the_place_to_the_one_that_follows(self, ana, entries):
        ana.send(SaveQueue(0, "laptop", (entries[0], QueueEntry(new_id()), entries[1]), number=2, position_ms=5_000))
        queue = ana.send(GetQueue())
        assert (queue.number, queue.position_ms, queue.tracks[1].track.track_id) == (2, 0, entries[1].track_id)

    def test_leave_it_to_the_last_where_none_follows(self, ana, entries):
        ana.send(SaveQueue(0, "laptop", (*entries, QueueEntry(new_id())), number=6, position_ms=5_000))
        assert (ana.send(GetQueue()).number, ana.send(GetQueue()).position_ms) == (5, 0)

    def test_are_counted_where_somebody_goes_on(self, ana, entries):
        ana.send(SaveQueue(0, "laptop", (QueueEntry(new_id()), *entries[:2]), number=2))
        shown = ana.send(GetQueue())
        assert (shown.number, shown.numbers) == (1, (2, 3))
        ana.send(SaveQueuePosition(1, "phone", shown.numbers[1], 42_000))
        queue = ana.send(GetQueue())
        assert (queue.number, queue.position_ms, queue.tracks[1].track.track_id) == (2, 42_000, entries[1].track_id)

    def test_are_gone_once_what_is_seen_is_saved(self, ana, release, entries, deals):
        ana.send(SaveQueue(0, "laptop", entries))
        deals.only(release.id, "JP")
        ana.send(SaveQueue(1, "laptop", ()))
        deals.only(release.id, "GB")
        assert track_ids(ana) == []

    def test_come_back_with_their_deal(self, ana, release, entries, deals):
        ana.send(SaveQueue(0, "laptop", entries))
        deals.only(release.id, "JP")
        assert (track_ids(ana), ana.send(GetQueue()).number) == ([], None)
        deals.only(release.id, "GB")
        assert len(track_ids(ana)) == 5

    def test_are_not_those_that_may_be_seen_and_not_played(self, ana, release, entries, deals):
        ana.send(SaveQueue(0, "laptop", entries))
        deals.only(release.id, "GB", model=CommercialModel.SUBSCRIPTION)
        assert {one.track.unplayable for one in ana.send(GetQueue()).tracks} == {Unplayable.NOT_ON_PLAN}


class TestCost:
    def test_is_two_statements_whatever_is_in_it(self, ana, entries, statements):
        ana.send(SaveQueue(0, "laptop", entries * 20))
        before = statements(GetQueue())
        ana.send(GetQueue())
        assert statements(GetQueue()) - before == 2


def test_an_app_needs_the_scope_of_playback(ana):
    assert GetQueue.scope is SaveQueue.scope is SaveQueuePosition.scope is Scope.PLAYBACK
