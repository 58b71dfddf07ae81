"""A folder on its way to Core, however much its tags say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mutagen.flac import FLAC

from apps.console.folder.delivery import deliver
from apps.console.folder.walk import Walk
from apps.core.client.interface import Sender
from apps.core.contract.codec import MAXIMUM_BYTES, encoder
from apps.core.contract.intake import GetDelivery, OpenDelivery
from tests.factories.audio import make_audio


@dataclass(frozen=True)
class Weighed(Sender):
    """Weighs every Action on its way."""

    weights: list[int] = field(default_factory=list)

    def send(self, action: Any, idempotency_key: str | None = None) -> Any:
        self.weights.append(len(encoder.encode(action)))
        return super().send(action, idempotency_key)


class TestDeliver:
    def test_sends_no_more_at_once_than_core_takes(self, operator, tmp_path):
        flac = FLAC(make_audio(tmp_path / "0.flac", seconds=0.1))
        for tag in ("artist", "albumartist", "composer", "producer"):
            flac[tag] = [f"{number} " + "x" * 990 for number in range(50)]
        flac.save()
        for number in range(1, 60):
            (tmp_path / f"{number}.flac").write_bytes((tmp_path / "0.flac").read_bytes())
        core = Weighed(operator.client, operator.actor)
        delivery_id = core.send(OpenDelivery(str(tmp_path)))
        recorded: list[int] = []
        deliver(core, delivery_id, tmp_path, list(Walk(tmp_path).files()), recorded.append)
        assert sum(core.weights) > MAXIMUM_BYTES > max(core.weights)
        assert sum(recorded) == core.send(GetDelivery(delivery_id)).summary.files == 60
