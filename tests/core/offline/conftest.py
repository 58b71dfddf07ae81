from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.core.client.interface import Sender
from apps.core.contract.catalogue import GetRelease, ReleaseDetail, TrackSummary
from apps.core.contract.offline import (
    Device,
    GetEncryptionOrder,
    OfflineCopy,
    OfflineRendition,
    Preparing,
    RecordEncryption,
    RegisterDevice,
    SaveOffline,
)
from tests.factories.catalogue import Catalogue
from tests.factories.deals import Deals
from tests.reference_client.keys import DeviceKey

MONTH = timedelta(days=30)


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def release(catalogue, visitor) -> ReleaseDetail:
    """Two tracks of the operator's own music, which may be kept as well as streamed."""
    return visitor.send(GetRelease(catalogue.release("Blue Garden", tracks=2)))


@pytest.fixture
def tracks(release) -> tuple[TrackSummary, ...]:
    return release.tracks


@pytest.fixture
def key() -> DeviceKey:
    """Of the device that `phone` is."""
    return DeviceKey()


@pytest.fixture
def phone(ana, key) -> Device:
    """Ana's."""
    return ana.send(RegisterDevice("Ana's phone", key.public))


@pytest.fixture
def encrypt(catalogue: Catalogue) -> Callable[[], int]:
    """Record a copy for each encryption that is to be done; returns how many there were."""

    def run() -> int:
        jobs = catalogue.waiting("encrypt")
        for job_id in jobs:
            claim = catalogue.claim(job_id)
            order = catalogue.worker.send(GetEncryptionOrder(job_id, claim.lease))
            where = f"offline/{order.subject}.clst"
            catalogue.worker.send(RecordEncryption(job_id, claim.lease, where, order.source_size + 44, "5" * 64))
        return len(jobs)

    return run


@pytest.fixture
def save(ana, phone, tracks, encrypt) -> Callable[..., OfflineCopy]:
    """Save a track on Ana's phone, the first one unless another is named; the worker does its part at once."""

    def keep(track: int = 0, who: Sender = ana, rendition: OfflineRendition = OfflineRendition.LARGE, device: str = "") -> OfflineCopy:
        wanted = SaveOffline(device or phone.id, tracks[track].id, rendition)
        answer = who.send(wanted)
        if isinstance(answer, Preparing):
            encrypt()
            answer = who.send(wanted)
        assert isinstance(answer, OfflineCopy)
        return answer

    return keep


@pytest.fixture
def on_sale(ana, on_plan, release, deals) -> Callable[..., None]:
    """Put the release under subscription deals and Ana on a plan, until the moments given."""

    def sell(plan_ends_at: datetime | None = None, deal_ends_at: datetime | None = None) -> None:
        deals.none(release.id)
        for use in ("on_demand_stream", "conditional_download"):
            deals.add(release.id, model="subscription", use_type=use, ends_at=deal_ends_at)
        on_plan(ana, "monthly", plan_ends_at)

    return sell
