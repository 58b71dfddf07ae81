"""Any tags at all: every file becomes a track or is refused with a reason, and nobody stumbles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import exists, select

from apps.console.folder.delivery import deliver
from apps.console.folder.walk import Walk
from apps.core.catalogue.models import RecordingCreditRow, TrackRow
from apps.core.contract.catalogue import CreditRole, GetRelease, ListReleases
from apps.core.contract.intake import DeliveryStatus, FileStatus, GetDelivery, OpenDelivery
from apps.core.contract.jobs import ReceiveWork
from apps.core.database import reader
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow
from tasks.intake import receive_release
from tasks.leases import do_job
from tests.factories.rubbish import every_oddity, rubbish, sounds

pytestmark = pytest.mark.media

IN_A_FOLDER = 20
FEW, MANY = 4, 500
"""Folders."""


@pytest.fixture
def heap(tmp_path):
    """Makes a folder of so many folders of rubbish."""

    def heap(folders: int) -> Path:
        made, root = sounds(tmp_path), tmp_path / "music"

        @settings(
            max_examples=folders, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(st.lists(rubbish(), min_size=IN_A_FOLDER, max_size=IN_A_FOLDER))
        @example(every_oddity())
        def write_some(files: Sequence[Callable[..., None]]) -> None:
            folder = root / f"{len(list(root.iterdir())):04}"
            folder.mkdir()
            for number, write in enumerate(files):
                write(folder / f"{number:02}", made)

        root.mkdir()
        write_some()
        return root

    return heap


@pytest.fixture
def take_in(operator, core_app, office, catalogue):
    """Imports a folder, looks at what became of each file, and tells how many there were."""

    def take_in(root: Path) -> int:
        seen = list(Walk(root).files())
        delivery_id = operator.send(OpenDelivery(str(root)))
        deliver(operator, delivery_id, root, seen, lambda _: None)
        for job_id in catalogue.waiting("receive"):
            do_job(office, job_id, ReceiveWork, receive_release)
        summary = operator.send(GetDelivery(delivery_id)).summary
        assert (summary.files, summary.status) == (len(seen), DeliveryStatus.FINISHED)
        for path, status, refusal, whole in became(core_app, delivery_id):
            assert whole if status == FileStatus.ACCEPTED else refusal, (path, status, refusal)
        return len(seen)

    return take_in


def became(core_app, delivery_id: str) -> list[tuple]:
    """Of each file its path, whether it was accepted or why not, and whether it is a track by somebody."""
    file, release, credit = DeliveredFileRow, DeliveredReleaseRow, RecordingCreditRow
    its_track = exists().where(TrackRow.release_id == release.release_id, TrackRow.recording_id == file.recording_id)
    its_artist = exists().where(credit.recording_id == file.recording_id, credit.role == CreditRole.MAIN)
    wanted = select(file.path, file.status, file.refusal, its_track & its_artist)
    wanted = wanted.outerjoin(release, release.id == file.delivered_release_id).where(file.delivery_id == delivery_id)
    with core_app.app_context(), reader() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


class TestRubbish:
    def test_is_taken_in_or_refused_with_a_reason(self, heap, take_in, do_tasks, visitor):
        assert take_in(heap(FEW)) > FEW * IN_A_FOLDER
        do_tasks()
        for release in visitor.send(ListReleases(size=100)).items:
            assert visitor.send(GetRelease(release.id)).tracks

    @pytest.mark.faults
    def test_of_ten_thousand_files_loses_none(self, heap, take_in):
        assert take_in(heap(MANY)) > MANY * IN_A_FOLDER
