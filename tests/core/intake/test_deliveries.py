"""A delivery from its opening to its end: what is recorded, what is counted, what is known afterwards."""

from __future__ import annotations

import pytest

from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.intake import (
    FILES_PER_COMMAND,
    TRACKS_PER_RELEASE,
    CompleteDelivery,
    DeliveryStatus,
    FoundFile,
    GetDelivery,
    GetReleaseDraft,
    KnownFile,
    ListDeliveries,
    ListKnownFiles,
    OpenDelivery,
    ReceivedFile,
    RecordFiles,
    Refusal,
    Tags,
    WriteRelease,
)
from apps.core.contract.jobs import ClaimJob, FailJob, JobReady
from apps.core.contract.paging import encode_cursor
from apps.core.meter import Meter


def known(operator, source: str = "/music") -> dict[str, int]:
    """Size by path, as an import would see it: of a path met twice, the last counts."""
    return {file.path: file.size for file in operator.send(ListKnownFiles(source)).files}


class TestOpenDelivery:
    def test_begins_an_empty_delivery(self, staff, delivery_id):
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert (summary.status, summary.source) == (DeliveryStatus.OPEN, "/music")
        assert (summary.files, summary.refused, summary.releases, summary.releases_written, summary.recordings) == (0, 0, 0, 0, 0)

    @pytest.mark.parametrize("source", ["", "music", "./music", "~/music", "/mu\0sic", "/" * 4097])
    def test_refuses_what_is_no_absolute_path(self, operator, source):
        with pytest.raises(Invalid):
            operator.send(OpenDelivery(source))

    def test_is_for_the_console_alone(self, administrator, visitor):
        for who, refusal in ((administrator, Forbidden), (visitor, Unauthenticated)):
            with pytest.raises(refusal):
                who.send(OpenDelivery("/music"))


class TestRecordFiles:
    def test_adds_batch_after_batch(self, catalogue, record, staff, delivery_id):
        record(*catalogue.files("A", ["1", "2"]))
        record(*catalogue.files("B", ["1", "2", "3"]))
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert (summary.files, summary.releases) == (5, 2)

    def test_of_nothing_changes_nothing(self, record, staff, delivery_id):
        record()
        assert staff.send(GetDelivery(delivery_id)).summary.files == 0

    def test_repeated_changes_nothing(self, catalogue, record, staff, delivery_id):
        batch = catalogue.files("A", ["1", "2"])
        record(*batch)
        record(*batch)
        record(*batch, *catalogue.files("B", ["1"]))
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert (summary.files, summary.releases) == (3, 2)

    def test_leaves_a_path_as_it_was_recorded_first(self, catalogue, record, staff, operator, delivery_id):
        record(catalogue.file("x.mp3", album="First"), catalogue.file("x.mp3", album="Twin"))
        record(catalogue.file("x.mp3", album="Second"))
        operator.send(CompleteDelivery(delivery_id))
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert (summary.files, summary.releases) == (1, 1)

    def test_keeps_what_was_refused_on_sight_with_its_reason(self, record, staff, delivery_id):
        record(FoundFile("b.mp3", 1, 1, Tags(), refusal="It is empty."), FoundFile("a.mp3", 1, 1))
        found = staff.send(GetDelivery(delivery_id))
        assert found.refusals == (
            Refusal("a.mp3", "It says nothing about itself: it was recorded without tags."),
            Refusal("b.mp3", "It is empty."),
        )
        assert (found.summary.refused, found.summary.releases) == (2, 0)

    @pytest.mark.parametrize("path", ["../x.mp3", "/x.mp3", "a/../x.mp3", "a//x.mp3", "a\nb.mp3", "a\0b.mp3", ""])
    def test_refuses_a_batch_whole_for_one_path_that_leads_out(self, catalogue, record, staff, delivery_id, path):
        with pytest.raises(Invalid):
            record(catalogue.file("good.mp3"), catalogue.file(path))
        assert staff.send(GetDelivery(delivery_id)).summary.files == 0

    def test_takes_a_backslash_as_part_of_a_name(self, catalogue, record, worker, operator, delivery_id):
        record(catalogue.file("AC\\DC/..\\x.mp3"))
        operator.send(CompleteDelivery(delivery_id))
        (job_id,) = catalogue.waiting("receive")
        draft = worker.send(GetReleaseDraft(catalogue.claim(job_id).work.delivered_release_id))
        assert [file.path for file in draft.files] == ["AC\\DC/..\\x.mp3"]

    @pytest.mark.parametrize(
        "tags", [{"title": "a\0b"}, {"title": "x" * 1001}, {"duration_ms": -1}, {"duration_ms": 1 << 40}, {"track": 10_000}]
    )
    def test_refuses_tags_that_no_database_holds(self, catalogue, record, tags):
        with pytest.raises(Invalid):
            record(catalogue.file("x.mp3", **tags))

    @pytest.mark.parametrize("facts", [{"size": -1}, {"size": 1 << 63}, {"modified_ns": 1 << 63}])
    def test_refuses_numbers_that_no_file_has(self, record, facts):
        with pytest.raises(Invalid):
            record(FoundFile("x.mp3", **{"size": 1, "modified_ns": 1, **facts}, tags=Tags()))

    def test_refuses_more_files_than_one_command_takes(self, catalogue, record):
        with pytest.raises(Invalid):
            record(*[catalogue.file(f"{number}.mp3") for number in range(FILES_PER_COMMAND + 1)])

    def test_of_no_delivery_is_not_found(self, operator):
        with pytest.raises(NotFound):
            operator.send(RecordFiles(new_id(), ()))


class TestCompleteDelivery:
    def test_asks_for_one_job_for_each_release(self, catalogue, record, operator, delivery_id, emitted, task_queue):
        record(*catalogue.files("A", ["1", "2"]), *catalogue.files("B", ["1"]), FoundFile("bad.mp3", 1, 1))
        summary = operator.send(CompleteDelivery(delivery_id))
        assert summary.status is DeliveryStatus.QUARANTINED
        assert (summary.files, summary.refused, summary.releases, summary.releases_written) == (4, 1, 2, 0)
        assert emitted(JobReady) == 2
        assert [task.name for task in task_queue.held] == ["tasks.intake.receive"] * 2

    def test_twice_is_a_conflict(self, operator, catalogue, record, delivery_id, emitted):
        record(*catalogue.files("A", ["1"]))
        operator.send(CompleteDelivery(delivery_id))
        for late in (CompleteDelivery(delivery_id), RecordFiles(delivery_id, (catalogue.file("late.mp3"),))):
            with pytest.raises(Conflict, match="complete already"):
                operator.send(late)
        assert emitted(JobReady) == 1

    def test_of_refused_files_alone_is_finished_at_once(self, operator, record, delivery_id, emitted):
        record(FoundFile("bad.mp3", 1, 1))
        summary = operator.send(CompleteDelivery(delivery_id))
        assert (summary.status, summary.releases, emitted(JobReady)) == (DeliveryStatus.FINISHED, 0, 0)

    def test_of_no_delivery_is_not_found(self, operator):
        with pytest.raises(NotFound):
            operator.send(CompleteDelivery(new_id()))

    def test_takes_as_many_statements_for_many_releases_as_for_one(self, catalogue, core_app, operator):
        costs = core_app.extensions["container"].get(Meter).costs
        spent = []
        for releases in (1, 200):
            opened = operator.send(OpenDelivery("/music"))
            files = tuple(catalogue.file(f"{releases}/{n}.mp3", album=f"{releases}/{n}", album_artist="A") for n in range(releases))
            operator.send(RecordFiles(opened, files))
            operator.send(CompleteDelivery(opened))
            spent.append((costs["RecordFiles"].statements, costs["CompleteDelivery"].statements))
        assert spent[1] == (2 * spent[0][0], 2 * spent[0][1])

    def test_refuses_a_heap_of_files_that_say_nothing(self, catalogue, operator, staff, delivery_id):
        heap = [catalogue.file(f"heap/{number}.mp3") for number in range(TRACKS_PER_RELEASE + 1)]
        for start in range(0, len(heap), FILES_PER_COMMAND):
            operator.send(RecordFiles(delivery_id, tuple(heap[start : start + FILES_PER_COMMAND])))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("A", ["1"]))))
        summary = operator.send(CompleteDelivery(delivery_id))
        assert (summary.refused, summary.releases, summary.releases_written) == (len(heap), 2, 1)
        assert len(catalogue.waiting("receive")) == 1
        found = staff.send(GetDelivery(delivery_id))
        assert "put them into folders" in found.refusals[0].reason
        assert len(found.refusals) == 1000


class TestGetReleaseDraft:
    def test_names_the_files_in_the_order_of_their_paths(self, catalogue, worker, operator, record, delivery_id):
        record(*reversed(catalogue.files("A", ["1", "2", "3"])))
        operator.send(CompleteDelivery(delivery_id))
        (job_id,) = catalogue.waiting("receive")
        draft = worker.send(GetReleaseDraft(catalogue.claim(job_id).work.delivered_release_id))
        assert (draft.delivery_id, draft.root) == (delivery_id, "/music")
        assert [file.path for file in draft.files] == [f"The Lanterns/A/0{n} {n}.flac" for n in (1, 2, 3)]

    def test_of_nothing_is_not_found(self, worker):
        with pytest.raises(NotFound):
            worker.send(GetReleaseDraft(new_id()))


class TestGetDelivery:
    def test_counts_how_far_it_has_come(self, catalogue, operator, staff):
        catalogue.deliver([*catalogue.files("A", ["1", "2"]), *catalogue.files("B", ["1"])])
        (delivery_id,) = [one.id for one in staff.send(ListDeliveries()).items]
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert summary.status is DeliveryStatus.FINISHED
        assert (summary.releases_written, summary.recordings, summary.recordings_ready, summary.recordings_refused) == (2, 3, 0, 0)
        first, second, _ = catalogue.waiting("transcode")
        catalogue.transcode(first)
        claim = catalogue.claim(second)
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "It is not music."))
        summary = staff.send(GetDelivery(delivery_id)).summary
        assert (summary.recordings, summary.recordings_ready, summary.recordings_refused, summary.refused) == (3, 1, 1, 1)
        assert [one.reason for one in staff.send(GetDelivery(delivery_id)).refusals] == ["It is not music."]

    def test_is_not_finished_before_its_last_release_is(self, catalogue, operator, staff, record, delivery_id):
        record(*catalogue.files("A", ["1"]), *catalogue.files("B", ["1"]))
        operator.send(CompleteDelivery(delivery_id))
        for job_id, status in zip(catalogue.waiting("receive"), (DeliveryStatus.QUARANTINED, DeliveryStatus.FINISHED), strict=True):
            catalogue.receive(job_id)
            assert staff.send(GetDelivery(delivery_id)).summary.status is status

    def test_is_finished_when_its_last_job_is_given_up(self, catalogue, operator, staff, record, delivery_id):
        record(*catalogue.files("A", ["1", "2"]))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "The folder is gone."))
        found = staff.send(GetDelivery(delivery_id))
        assert (found.summary.status, found.summary.releases_written, found.summary.refused) == (DeliveryStatus.FINISHED, 1, 2)
        assert {one.reason for one in found.refusals} == {"The folder is gone."}

    def test_of_nothing_is_not_found(self, staff):
        with pytest.raises(NotFound):
            staff.send(GetDelivery(new_id()))

    def test_is_for_staff(self, ana, delivery_id):
        with pytest.raises(Forbidden):
            ana.send(GetDelivery(delivery_id))


class TestListDeliveries:
    def test_shows_the_newest_first_page_by_page(self, operator, staff, catalogue, delivery_id):
        wanted = []
        for number in range(5):
            wanted.insert(0, operator.send(OpenDelivery(f"/music/{number}")))
            operator.send(RecordFiles(wanted[0], (catalogue.file("x.mp3"),) * (number % 2)))
            operator.send(CompleteDelivery(wanted[0]))
        pages, cursor = [], None
        while True:
            page = staff.send(ListDeliveries(cursor=cursor, size=2))
            pages.append([one.id for one in page.items])
            if (cursor := page.next) is None:
                break
        assert pages == [wanted[:2], wanted[2:4], wanted[4:]]
        assert delivery_id not in wanted

    @pytest.mark.parametrize("cursor", ["", "x", "!!!", encode_cursor(1), encode_cursor("0" * 21), encode_cursor("a", "b"), "Ǆ"])
    def test_refuses_a_foreign_cursor(self, staff, cursor):
        if cursor:
            with pytest.raises(Invalid):
                staff.send(ListDeliveries(cursor=cursor))
        else:
            assert staff.send(ListDeliveries(cursor=cursor)).items == ()


class TestListKnownFiles:
    def test_names_what_complete_deliveries_brought_from_this_folder(self, catalogue, operator, record):
        record(catalogue.file("open.mp3"))
        catalogue.deliver([catalogue.file("a.mp3"), catalogue.file("b.mp3")])
        catalogue.deliver([catalogue.file("c.mp3")], source="/other")
        assert set(known(operator)) == {"a.mp3", "b.mp3"}
        assert set(known(operator, "/other")) == {"c.mp3"}
        assert known(operator, "/mus") == {}

    def test_names_what_waits_to_be_received(self, catalogue, operator, record, delivery_id):
        record(catalogue.file("a.mp3"))
        operator.send(CompleteDelivery(delivery_id))
        assert set(known(operator)) == {"a.mp3"}

    def test_puts_the_newest_of_a_path_last(self, catalogue, operator):
        for size in (1, 2, 3):
            catalogue.deliver([FoundFile("a.mp3", size, size, Tags())])
        assert operator.send(ListKnownFiles("/music")).files[-1] == KnownFile("a.mp3", 3, 3)
        assert known(operator) == {"a.mp3": 3}

    def test_leaves_out_what_failed_later_so_that_it_is_tried_again(self, catalogue, operator, worker, record, delivery_id):
        record(FoundFile("playlist.mp3", 1, 1, refusal="It is a playlist."), catalogue.file("gone.mp3"), catalogue.file("noise.mp3"))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        gone, noise = worker.send(GetReleaseDraft(claim.work.delivered_release_id)).files
        received = (ReceivedFile(gone.id, refusal="It went away."), catalogue.received(noise))
        worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received))
        assert set(known(operator)) == {"playlist.mp3", "noise.mp3"}
        claim = worker.send(ClaimJob(catalogue.waiting("transcode")[0])).claim
        worker.send(FailJob(claim.job_id, claim.lease, "It is not music."))
        assert set(known(operator)) == {"playlist.mp3"}

    def test_names_a_copy_which_stays_one(self, catalogue, operator, worker, record, delivery_id):
        record(catalogue.file("a.mp3"), catalogue.file("b.mp3"))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        received = tuple(
            ReceivedFile(file.id, "a" * 64, "quarantine/a") for file in worker.send(GetReleaseDraft(claim.work.delivered_release_id)).files
        )
        worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received))
        assert set(known(operator)) == {"a.mp3", "b.mp3"}

    def test_goes_on_page_by_page(self, catalogue, operator, delivery_id):
        for start in range(0, 10_001, FILES_PER_COMMAND):
            batch = tuple(catalogue.file(f"{n}.mp3", album=f"{n % 20}") for n in range(start, min(start + FILES_PER_COMMAND, 10_001)))
            operator.send(RecordFiles(delivery_id, batch))
        operator.send(CompleteDelivery(delivery_id))
        first = operator.send(ListKnownFiles("/music"))
        second = operator.send(ListKnownFiles("/music", first.next))
        assert (len(first.files), len(second.files), second.next) == (10_000, 1, None)
        assert len({file.path for file in first.files + second.files}) == 10_001

    def test_refuses_a_foreign_cursor(self, operator):
        with pytest.raises(Invalid):
            operator.send(ListKnownFiles("/music", encode_cursor("nonsense")))
