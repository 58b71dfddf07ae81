"""The job that makes an encrypted copy: whoever holds it is told the key, and nothing of it shows before it is recorded."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import LEASE_SECONDS, EncryptWork
from apps.core.contract.offline import GetEncryptionOrder, OfflineCopy, Preparing, RecordEncryption, SaveOffline
from apps.core.database import reader
from apps.core.jobs.models import JobRow
from apps.core.offline import copies
from apps.core.offline.models import EncryptedFileRow
from apps.core.outbox import OutboxRow

SHA = "a" * 64


@pytest.fixture
def wanted(ana, phone, tracks) -> SaveOffline:
    """A copy that has been asked for."""
    wanted = SaveOffline(phone.id, tracks[0].id)
    ana.send(wanted)
    return wanted


@pytest.fixture
def claim(wanted, catalogue):
    return catalogue.claim(*catalogue.waiting("encrypt"))


class TestTheOrder:
    def test_is_the_same_whoever_holds_the_job(self, worker, claim, catalogue, clock, tracks):
        first = worker.send(GetEncryptionOrder(claim.job_id, claim.lease))
        clock.advance(LEASE_SECONDS)
        second = worker.send(GetEncryptionOrder(claim.job_id, catalogue.claim(claim.job_id).lease))
        assert first == second
        assert first.subject == f"{tracks[0].recording_id}/aac-256"
        assert (len(first.data_key), len(first.nonce_prefix), first.source_size) == (32, 8, 400_700)
        assert (first.format_version, first.chunk_size) == (1, 65_536)
        assert claim.work == EncryptWork(tracks[0].recording_id, "aac-256", first.source_sha256)

    def test_stays_as_it_was_settled_with_the_key(self, worker, claim, monkeypatch, ana, phone, tracks, catalogue):
        first = worker.send(GetEncryptionOrder(claim.job_id, claim.lease))
        monkeypatch.setattr(copies, "CHUNK_BYTES", 1 << 18)
        assert worker.send(GetEncryptionOrder(claim.job_id, claim.lease)) == first
        ana.send(SaveOffline(phone.id, tracks[1].id))
        other = catalogue.claim(*catalogue.waiting("encrypt"))
        assert worker.send(GetEncryptionOrder(other.job_id, other.lease)).chunk_size == 1 << 18

    def test_is_told_to_nobody_who_does_not_hold_it(self, worker, claim, catalogue, clock):
        for job_id, lease in ((claim.job_id, new_id()), (new_id(), claim.lease)):
            with pytest.raises(LeaseLost):
                worker.send(GetEncryptionOrder(job_id, lease))
        clock.advance(LEASE_SECONDS)
        catalogue.claim(claim.job_id)
        with pytest.raises(LeaseLost):
            worker.send(GetEncryptionOrder(claim.job_id, claim.lease))

    def test_of_another_kind_of_job_is_refused(self, worker, catalogue):
        catalogue.deliver(catalogue.files("Green Garden", ["Dawn"]))
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        with pytest.raises(Invalid):
            worker.send(GetEncryptionOrder(claim.job_id, claim.lease))
        with pytest.raises(Invalid):
            worker.send(RecordEncryption(claim.job_id, claim.lease, "offline/a.clst", 10, SHA))

    def test_is_stored_nowhere_as_it_is(self, worker, claim, core_app):
        key = worker.send(GetEncryptionOrder(claim.job_id, claim.lease)).data_key
        with core_app.app_context(), reader() as connection:
            stored = [
                *connection.scalars(select(EncryptedFileRow.data_key)),
                *connection.scalars(select(JobRow.work)),
                *connection.scalars(select(OutboxRow.fields)),
            ]
        assert stored
        assert not any(key in bytes(one) for one in stored)


class TestRecordEncryption:
    def test_gives_the_copy_out_from_then_on(self, ana, worker, claim, wanted):
        assert isinstance(ana.send(wanted), Preparing)
        worker.send(RecordEncryption(claim.job_id, claim.lease, "offline/a.clst", 10, SHA))
        copy = ana.send(wanted)
        assert isinstance(copy, OfflineCopy)
        assert (copy.file.size, copy.file.sha256) == (10, SHA)
        assert copy.file.url.partition("?")[0].endswith("/offline/a.clst")

    def test_by_a_worker_that_was_overtaken_changes_nothing(self, ana, worker, claim, wanted, catalogue, clock):
        clock.advance(LEASE_SECONDS)
        later = catalogue.claim(claim.job_id)
        with pytest.raises(LeaseLost):
            worker.send(RecordEncryption(claim.job_id, claim.lease, "offline/early.clst", 10, SHA))
        assert isinstance(ana.send(wanted), Preparing)
        worker.send(RecordEncryption(later.job_id, later.lease, "offline/late.clst", 10, SHA))
        with pytest.raises(LeaseLost):
            worker.send(RecordEncryption(claim.job_id, claim.lease, "offline/early.clst", 11, SHA))
        assert "/offline/late.clst" in ana.send(wanted).file.url

    @pytest.mark.parametrize("bad", [{"key": ""}, {"size": 0}, {"sha256": "A" * 64}, {"sha256": "a" * 63}])
    def test_wants_what_describes_a_file(self, worker, claim, bad):
        with pytest.raises(Invalid):
            worker.send(RecordEncryption(claim.job_id, claim.lease, **{"key": "offline/a", "size": 10, "sha256": SHA, **bad}))
