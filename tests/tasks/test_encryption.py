"""Making encrypted copies: checked by a reader that was written from the documentation alone."""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec
import pytest
from sqlalchemy import update

from apps.core.contract.jobs import LEASE_SECONDS, ClaimJob, EncryptWork, JobStatus, ListJobs
from apps.core.contract.offline import EncryptionOrder, OfflineCopy, Preparing, RegisterDevice, SaveOffline
from apps.core.database import db
from apps.core.offline.models import EncryptedFileRow
from ports.storage.filesystem import FilesystemStorage
from ports.storage.interface import Storage
from tasks import workspace as workspaces
from tasks.encryption import HEADER, TAG, VERSION, encrypt_file, encrypt_rendition
from tasks.leases import do_job
from tasks.office import Office
from tests.factories.offline import OfflineMusic
from tests.reference_client.copies import Copy, CopyRefused
from tests.reference_client.keys import DeviceKey

RECORDING, RENDITION = "0354A9Suv89oq3SaRYbz7J", "aac-256"
KEY = bytes(range(32))
CHUNK = 1 << 16
CONTENT = os.urandom(3 * CHUNK + 1000)
STEP = CHUNK + TAG


def order(content: bytes, subject: str = f"{RECORDING}/{RENDITION}") -> EncryptionOrder:
    return EncryptionOrder("audio/a.mp4", len(content), hashlib.sha256(content).hexdigest(), KEY, b"8 bytes.", subject, VERSION, CHUNK)


def encrypted(content: bytes, subject: str = f"{RECORDING}/{RENDITION}") -> bytes:
    target = io.BytesIO()
    made = encrypt_file(io.BytesIO(content), target, order(content, subject), lambda _: None)
    assert (made.size, made.sha256) == (len(target.getvalue()), hashlib.sha256(target.getvalue()).hexdigest())
    return target.getvalue()


def opened(file: bytes, key: bytes = KEY, recording: str = RECORDING, rendition: str = RENDITION) -> bytes:
    return Copy(io.BytesIO(file), key, recording, rendition).whole()


class TestACopy:
    @pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 1000])
    def test_opens_to_what_went_in(self, size):
        content = CONTENT[:size]
        copy = encrypted(content)
        assert opened(copy) == content
        assert len(copy) == HEADER.size + size + TAG * max(1, -(-size // CHUNK))

    def test_is_laid_out_as_documented(self):
        copy = encrypted(CONTENT)
        assert copy[:28] == b"CLST" + struct.pack(">HHIQ", 1, 0, 65_536, len(CONTENT)) + b"8 bytes."
        assert CONTENT[:32] not in copy

    def test_comes_out_the_same_whoever_makes_it(self):
        assert encrypted(CONTENT) == encrypted(CONTENT)

    def test_has_chunks_of_the_size_that_was_settled_with_its_key(self):
        other, target = msgspec.structs.replace(order(CONTENT), chunk_size=1000), io.BytesIO()
        encrypt_file(io.BytesIO(CONTENT), target, other, lambda _: None)
        copy = target.getvalue()
        assert copy[8:12] == struct.pack(">I", 1000)
        assert len(copy) == HEADER.size + len(CONTENT) + TAG * -(-len(CONTENT) // 1000)
        assert opened(copy) == CONTENT

    def test_tells_how_far_it_is(self):
        told: list[float] = []
        encrypt_file(io.BytesIO(CONTENT), io.BytesIO(), order(CONTENT), told.append)
        assert told == sorted(told)
        assert (len(told), told[-1]) == (4, 1.0)

    def test_is_made_from_a_store_that_gives_a_few_bytes_at_a_time(self):
        class Slow(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                return super().read(min(size or 0, 1000))

        target = io.BytesIO()
        encrypt_file(Slow(CONTENT), target, order(CONTENT), lambda _: None)
        assert target.getvalue() == encrypted(CONTENT)


class TestASourceThatIsNotWhatWasStored:
    @pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"\0", CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]), b""], ids=len)
    def test_is_not_encrypted(self, content):
        with pytest.raises(OSError, match=r"bytes have changed|ends early"):
            encrypt_file(io.BytesIO(content), io.BytesIO(), order(CONTENT), lambda _: None)


def swapped(copy: bytes) -> bytes:
    first, second = (copy[28 + STEP * at : 28 + STEP * (at + 1)] for at in (0, 1))
    return copy[:28] + second + first + copy[28 + 2 * STEP :]


class TestACopyThatWasTamperedWith:
    """Nothing of the chunk that was touched comes out."""

    @pytest.mark.parametrize("at", [28, 28 + CHUNK, 28 + STEP, 28 + 3 * STEP, -1])
    def test_in_one_bit_is_refused(self, at):
        copy = bytearray(encrypted(CONTENT))
        copy[at] ^= 1
        with pytest.raises(CopyRefused, match="altered"):
            opened(bytes(copy))

    @pytest.mark.parametrize("at", range(28))
    def test_in_its_header_is_refused(self, at):
        copy = bytearray(encrypted(CONTENT))
        copy[at] ^= 1
        with pytest.raises(CopyRefused):
            opened(bytes(copy))

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda copy: copy[:-1],
            lambda copy: copy[: 28 + 3 * STEP],
            lambda copy: copy[:28],
            lambda copy: copy[:20] + copy[28:],
            lambda _: b"",
            lambda copy: copy + b"\0",
            swapped,
            lambda copy: copy[: 28 + STEP] + copy[28 + 2 * STEP :],
            lambda copy: copy[: 28 + STEP] + copy[28 : 28 + STEP] + copy[28 + STEP :],
            lambda copy: copy[:12] + struct.pack(">Q", 3 * CHUNK) + copy[20 : 28 + 3 * STEP],
            lambda copy: copy[:28] + encrypted(CONTENT, f"{RECORDING}/aac-64")[28 : 28 + STEP] + copy[28 + STEP :],
        ],
        ids=[
            "cut short", "cut off at a chunk", "header alone", "no nonce", "nothing", "too long", "reordered", "one left out",
            "one doubled", "cut off with its size", "a chunk of another copy",
        ],
    )  # fmt: skip
    def test_as_a_whole_is_refused(self, tamper):
        with pytest.raises(CopyRefused):
            opened(tamper(encrypted(CONTENT)))

    def test_by_giving_it_for_another_is_refused(self):
        copy = encrypted(CONTENT)
        for changed in ({"key": bytes(32)}, {"recording": RECORDING[:-1] + "K"}, {"rendition": "aac-128"}):
            with pytest.raises(CopyRefused):
                opened(copy, **changed)


@dataclass
class WhileReading:
    """A storage during whose reading something happens."""

    storage: Storage
    happens: Callable[[], object]

    def open(self, key: str) -> BinaryIO:
        self.happens()
        return self.storage.open(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.storage, name)


@pytest.fixture
def music(core_app, values, catalogue, tmp_path) -> OfflineMusic:
    return OfflineMusic(core_app, values, catalogue, tmp_path)


class TestTheJob:
    @pytest.fixture
    def key(self) -> DeviceKey:
        return DeviceKey()

    @pytest.fixture
    def wanted(self, ana, music, key) -> SaveOffline:
        return SaveOffline(ana.send(RegisterDevice("phone", key.public)).id, music.track(CONTENT))

    @pytest.fixture
    def job_id(self, ana, wanted, catalogue) -> str:
        assert isinstance(ana.send(wanted), Preparing)
        return catalogue.waiting("encrypt")[0]

    @pytest.fixture
    def stored(self, storage):
        return lambda: list(storage.keys("offline/"))

    def test_stores_one_object_that_opens_with_the_key_the_device_is_given(self, ana, wanted, job_id, office, storage, stored, key):
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        copy = ana.send(wanted)
        assert isinstance(copy, OfflineCopy)
        (name,) = stored()
        assert copy.file.sha256[:32] in name
        recording = copy.licence.recording_id
        with storage.open(name) as file:
            content = file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (copy.file.size, copy.file.sha256)
        assert opened(content, key.unwrap(copy.key, recording, "aac-256"), recording) == CONTENT + b"aac-256"
        assert list(office.workspaces.iterdir()) == []

    def test_done_by_two_workers_at_once_makes_one_object_and_is_recorded_once(
        self, ana, wanted, job_id, office, values, core_app, operator, clock, stored
    ):
        first: list[OfflineCopy] = []

        def overtake() -> None:
            clock.advance(LEASE_SECONDS)
            do_job(Office(values, core_app), job_id, EncryptWork, encrypt_rendition)
            first.append(ana.send(wanted))

        office.storage = WhileReading(office.storage, overtake)
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "encrypt"]
        assert (job.status, job.attempts) == (JobStatus.DONE, 2)
        assert ana.send(wanted).file.sha256 == first[0].file.sha256
        assert len(stored()) == 1

    def test_of_a_copy_that_another_release_began_is_done_by_its_rules_alone(self, ana, wanted, job_id, office, core_app, stored, operator):
        def settle(**values: int) -> None:
            with core_app.app_context():
                db.session.execute(update(EncryptedFileRow).values(values))
                db.session.commit()

        settle(format_version=2)
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        assert stored() == []
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "encrypt"]
        assert (job.status, job.attempts) == (JobStatus.WAITING, 0)
        settle(format_version=1, chunk_size=1 << 12)
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        (name,) = stored()
        with office.storage.open(name) as file:
            assert file.read(12)[8:] == struct.pack(">I", 1 << 12)

    def test_cut_short_leaves_nothing_half_made(self, ana, wanted, job_id, office, operator, stored, monkeypatch):
        def fails(*_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr(FilesystemStorage, "put", fails)
            do_job(office, job_id, EncryptWork, encrypt_rendition)
        assert (stored(), isinstance(ana.send(wanted), Preparing)) == ([], True)
        assert list(office.workspaces.iterdir()) == []
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        assert isinstance(ana.send(wanted), OfflineCopy)

    def test_on_a_full_disk_is_put_off(self, ana, wanted, job_id, office, operator, monkeypatch):
        monkeypatch.setattr(workspaces, "SPARE_BYTES", 1 << 60)
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "encrypt"]
        assert (job.status, job.attempts) == (JobStatus.WAITING, 0)

    def test_of_a_rendition_that_is_gone_is_given_up_with_its_reason(self, ana, wanted, job_id, office, operator, storage):
        for name in list(storage.keys("audio/")):
            storage.delete(name)
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "encrypt"]
        assert (job.status, job.reason) == (JobStatus.FAILED, "The rendition is no longer in storage: import the music again.")

    def test_of_a_rendition_that_was_altered_is_not_done(self, ana, wanted, job_id, office, storage, stored, tmp_path):
        (name,) = [key for key in storage.keys("audio/") if "aac-256" in key]
        (tmp_path / "other").write_bytes(b"x" * storage.size(name))
        storage.put(name, tmp_path / "other", "audio/mp4")
        do_job(office, job_id, EncryptWork, encrypt_rendition)
        assert stored() == []
        assert isinstance(ana.send(wanted), Preparing)

    def test_is_the_kind_of_job_that_its_task_does(self, worker, job_id):
        assert isinstance(worker.send(ClaimJob(job_id)).claim.work, EncryptWork)
