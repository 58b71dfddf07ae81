from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.ids import new_id
from apps.core.contract.listening import PLAYS_PER_COMMAND
from tests.api.caller import problem


@pytest.fixture
def play(player, catalogue, clock):
    """A play of a track there is, with what is given instead."""
    release_id = catalogue.release(tracks=1)
    track_id = player.get(f"/v1/releases/{release_id}").json["tracks"][0]["id"]
    started = clock.now().isoformat()
    return lambda event_id, **other: {"event_id": event_id, "track_id": track_id, "started_at": started, "played_ms": 40_000, **other}


class TestPlays:
    def test_are_counted_once_by_their_event_id(self, player, play):
        first = player.post("/v1/plays", json={"plays": [play("event-01"), play("event-02")]})
        again = player.post("/v1/plays", json={"plays": [play("event-02"), play("event-03")]})
        assert (first.json["recorded"], first.json["known"]) == (2, 0)
        assert (again.json["recorded"], again.json["known"]) == (1, 1)

    def test_of_unknown_tracks_are_named_and_the_others_kept(self, player, play):
        answer = player.post("/v1/plays", json={"plays": [play("event-01"), play("event-02", track_id=new_id())]})
        assert (answer.json["recorded"], answer.json["unknown"]) == (1, ["event-02"])

    def test_too_many_at_once_are_refused_whole(self, player, play):
        many = [play(f"event-{number:04}") for number in range(PLAYS_PER_COMMAND + 1)]
        problem(player.post("/v1/plays", json={"plays": many}), 422)
        assert player.get("/v1/history").json["items"] == []

    def test_a_full_batch_fits(self, player, play):
        many = [play(f"event-{number:058}", session_ids=[new_id()]) for number in range(PLAYS_PER_COMMAND)]
        assert player.post("/v1/plays", json={"plays": many}).json["recorded"] == PLAYS_PER_COMMAND

    @pytest.mark.parametrize(
        ("field", "value"),
        [("event_id", "short"), ("track_id", "not-an-id"), ("started_at", "yesterday"), ("played_ms", -1), ("played_ms", "long")],
    )
    def test_a_malformed_one_names_the_field(self, player, play, field, value):
        bad = {**play("event-02"), field: value}
        assert field in problem(player.post("/v1/plays", json={"plays": [play("event-01"), bad]}), 422)["detail"]
        assert player.get("/v1/history").json["items"] == []

    @pytest.mark.parametrize(
        "source",
        ["search", {"type": "moon"}, {}, {"type": "playlist"}, {"type": "playlist", "playlist_id": "x"}, {"type": "chart", "chart": "UK"},
         {"type": "app", "words": ""}, {"type": "app", "words": "a" * 81}, {"type": "app", "words": "a\nb"}],
    )  # fmt: skip
    def test_are_not_started_from_just_anything(self, player, play, source):
        assert "source" in problem(player.post("/v1/plays", json={"plays": [play("event-01", source=source)]}), 422)["detail"]
        assert player.get("/v1/history").json["items"] == []

    def test_sent_again_with_their_key_get_the_first_answer(self, player, play):
        body = {"plays": [play("event-01")]}
        first, again = (player.post("/v1/plays", json=body, Idempotency_Key="batch-1") for _ in range(2))
        assert first.json == again.json == {"recorded": 1, "known": 0, "unknown": []}


class TestHistory:
    def test_tells_what_was_played(self, player, play):
        player.post("/v1/plays", json={"plays": [play("event-01")]})
        (entry,) = player.get("/v1/history").json["items"]
        assert entry["release_title"] == "Blue Garden"

    def test_tells_and_is_asked_for_by_what_it_was_played_from(self, player, play):
        run, chart = {"type": "app", "words": "Morning run"}, {"type": "chart", "chart": "uk-singles"}
        player.post("/v1/plays", json={"plays": [play("event-01", source=run), play("event-02", source=chart), play("event-03")]})
        (entry,) = player.get("/v1/history?source=chart").json["items"]
        assert entry["played_from"] == {"source": chart, "title": "UK singles"}
        assert [one["played_from"] for one in player.get("/v1/history?source=app").json["items"]] == [{"source": run, "title": None}]
        assert player.get("/v1/history?source=station").json["items"] == []
        assert [one["played_from"] is None for one in player.get("/v1/history").json["items"]].count(True) == 1
        problem(player.get("/v1/history?source=moon"), 400)

    def test_is_the_listener_s_own(self, player, play, log_in):
        player.post("/v1/plays", json={"plays": [play("event-01")]})
        assert log_in("eve@example.com").get("/v1/history").json["items"] == []

    def test_comes_in_pages(self, player, play, clock):
        for number in range(3):
            clock.advance(60)
            player.post("/v1/plays", json={"plays": [play(f"event-{number:02}", started_at=clock.now().isoformat())]})
        first = player.get("/v1/history?limit=2").json
        second = player.get(f"/v1/history?limit=2&cursor={first['next']}").json
        entries = [entry["played_at"] for entry in first["items"] + second["items"]]
        assert entries == sorted(entries, reverse=True)
        assert len(set(entries)) == 3

    def test_is_erased(self, player, play):
        player.post("/v1/plays", json={"plays": [play("event-01")]})
        assert player.delete("/v1/history").status_code == 204
        assert player.get("/v1/history").json["items"] == []

    def test_is_sought_and_erased_by_days_and_words(self, player, play, clock):
        day = clock.now().date()
        player.post("/v1/plays", json={"plays": [play("event-01")]})
        for query, number in (
            (f"first={day}&last={day}&zone=UTC&text=blue%20garden", 1), ("text=nowhere", 0), (f"last={day - timedelta(days=2)}", 0),
        ):  # fmt: skip
            assert len(player.get(f"/v1/history?{query}").json["items"]) == number
        problem(player.get("/v1/history?first=2026-02-30"), 422)
        problem(player.get("/v1/history?zone=Nowhere"), 422)
        assert player.delete(f"/v1/history?day={day - timedelta(days=2)}").status_code == 204
        assert len(player.get("/v1/history").json["items"]) == 1
        assert player.delete(f"/v1/history?day={day}&zone=UTC").status_code == 204
        assert player.get("/v1/history").json["items"] == []

    @pytest.mark.parametrize("query", ["size=5", "limit=0", "limit=101", "order=title"])
    def test_takes_no_other_parameters(self, player, query):
        problem(player.get(f"/v1/history?{query}"), 400)
