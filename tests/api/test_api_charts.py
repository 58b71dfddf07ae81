"""Charts as apps read them."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from tests.api.caller import problem
from tests.factories.charts import Charting

REFUSED = {
    "/unheard-of/editions/latest": 404,
    "/daily/editions/2026-03-05": 404,
    "/daily/editions/yesterday": 422,
    f"/daily/runs/{new_id()}": 404,
    "?order=1": 400,
}


@pytest.fixture
def tracks(operator, catalogue):
    return operator.send(GetRelease(catalogue.release("Blue Garden", tracks=2))).tracks


@pytest.fixture
def charting(core_app, catalogue, worker, clock, tracks) -> Charting:
    """Three daily editions, from 2 to 4 March 2026."""
    made = Charting(core_app, catalogue, worker, clock)
    made.days_pass(3)
    for played in (tracks[:1], [], tracks[::-1]):
        made.publish(*played)
    return made


class TestCharts:
    def test_are_listed_with_their_latest_edition(self, player, charting):
        (chart,) = player.get("/v1/charts").json["items"]
        assert (chart["code"], chart["latest"], chart["leader"]["title"]) == ("daily", "2026-03-04", "Blue Garden 2")
        assert chart["rules"]["most_per_listener_track_day"] == 10

    def test_have_editions(self, player, charting, tracks):
        latest = player.get("/v1/charts/daily/editions/latest")
        assert latest.headers["Cache-Control"] == "private, no-cache"
        assert player.get("/v1/charts/daily/editions/2026-03-04").json == latest.json
        first, second = latest.json["entries"]
        assert (first["movement"], first["last_position"], first["track"]["id"]) == ("new", None, tracks[1].id)
        assert (second["movement"], second["peak"], second["weeks"]) == ("re_entry", 1, 2)
        assert (latest.json["previous"], latest.json["following"]) == ("2026-03-03", None)
        assert player.get("/v1/charts/daily/editions/2026-03-03").json["entries"] == []

    def test_tell_a_recordings_run(self, player, charting, tracks):
        run = player.get(f"/v1/charts/daily/runs/{tracks[0].recording_id}").json
        assert [point["position"] for point in run["points"]] == [1, None, 2]

    def test_refuse_what_is_not_there(self, player, charting):
        for path, status in REFUSED.items():
            assert problem(player.get(f"/v1/charts{path}"), status)["detail"]

    def test_need_their_scope(self, log_in, charting):
        problem(log_in("eve@example.com", ("playback",)).get("/v1/charts"), 403)
