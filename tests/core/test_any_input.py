"""Whatever fits the contract is answered or refused; none of it is our mistake."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from apps.core.contract.actions import Action, Actor, Command, Query, Service
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.codec import ACTIONS
from apps.core.contract.errors import CelestaError, Defect, Unavailable
from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles
from apps.core.contract.playback import StartPlayback
from tests.conftest import STORES
from tests.factories.anything import Anything

FUZZ = settings(max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    return {**values, **STORES}


@pytest.fixture
def ids(catalogue, operator, visitor, ana) -> list[str]:
    """Of one thing of each kind: a release, its artist and track, a running session, an open delivery, a claimed job and its lease."""
    release = visitor.send(GetRelease(catalogue.release(tracks=1)))
    session = ana.send(StartPlayback(release.tracks[0].id, "browser"))
    delivered = operator.send(OpenDelivery("/music"))
    operator.send(RecordFiles(delivered, tuple(catalogue.files("Green", ["One"]))))
    operator.send(CompleteDelivery(delivered))
    claim = catalogue.claim(*catalogue.waiting("receive"))
    opened = operator.send(OpenDelivery("/music"))
    return [
        release.id, release.credits[0].artist_id, release.tracks[0].id, release.tracks[0].recording_id, session.id, opened,
        claim.job_id, claim.lease, claim.work.delivered_release_id, ana.actor.account_id,
    ]  # fmt: skip


COMMANDS = {name: kind for name, kind in ACTIONS.items() if issubclass(kind, Command)}
QUERIES = {name: kind for name, kind in ACTIONS.items() if issubclass(kind, Query)}


@pytest.fixture
def send_anything(ids, ana, sender):
    """Sends whatever fits an Action, each time from another network address, so that no limit keeps the handler from being reached."""

    def send_anything(kind: type[Action]) -> None:
        actor = next((one for one in map(Actor, Service) if kind.permission.allows(one)), ana.actor)

        @FUZZ
        @given(Anything(ids).of(kind))
        def send(action):
            elsewhere = msgspec.structs.replace(actor, address=str(hash(msgspec.json.encode(action))))
            try:
                sender(elsewhere).send(action)
            except CelestaError as error:
                assert not isinstance(error, Defect | Unavailable), action

        send()

    return send_anything


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=COMMANDS)
def test_no_command_is_a_defect(kind, send_anything):
    send_anything(kind)


def test_no_query_is_a_defect(send_anything):
    """All in one house, as none of them changes it."""
    assert {**COMMANDS, **QUERIES} == ACTIONS
    for kind in QUERIES.values():
        send_anything(kind)
