from __future__ import annotations

import logging
import re

import pytest

from apps.api.app import create_api
from tests.api.caller import problem

NO_ONE = "0" * 22


@pytest.fixture
def behind_proxy(values, core_app):
    return create_api({**values, "TRUSTED_PROXIES": "1"}, core_app).test_client()


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/nothing", 404, "not_found"),
            ("GET", "/v1/nothing", 404, "not_found"),
            ("GET", "/v1/releases/", 404, "not_found"),
            ("GET", "/v1/releases/not-an-id", 404, "not_found"),
            ("GET", f"/v1/releases/{NO_ONE}", 404, "not_found"),
            ("GET", f"/v1/artists/{NO_ONE}", 404, "not_found"),
            ("GET", f"/v1/playback-sessions/{NO_ONE}/main.m3u8", 404, "not_found"),
            ("DELETE", f"/v1/playback-sessions/{NO_ONE}", 404, "not_found"),
            ("POST", f"/v1/playback-sessions/{NO_ONE}/renewals", 404, "not_found"),
            ("POST", "/v1/releases", 405, "method_not_allowed"),
            ("PUT", "/v1/plays", 405, "method_not_allowed"),
        ],
    )
    def test_every_refusal_is_one(self, player, client, method, path, status, code):
        told = problem(client.open(path, method=method, headers=player.headers), status)
        assert told["type"] == f"/problems/{code}"
        assert told["status"] == status
        assert told["title"]
        assert told["detail"]
        assert told["next_step"]

    def test_names_the_methods_there_are(self, player):
        assert set(player.delete("/v1/releases").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    def test_an_unknown_address_is_told_without_a_token(self, client):
        problem(client.get("/v1/nothing"), 404)

    def test_carries_the_request_id(self, client):
        answer = client.get("/v1/releases")
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]

    def test_takes_over_the_id_that_a_trusted_proxy_gave_and_nobody_elses(self, client, behind_proxy):
        given = {"X-Request-Id": "edge-12345678"}
        assert behind_proxy.get("/healthz", headers=given).headers["X-Request-Id"] == "edge-12345678"
        assert client.get("/healthz", headers=given).headers["X-Request-Id"] != "edge-12345678"

    @pytest.mark.parametrize("given", ["short", "a" * 65, "with space in it", '{"level":"error"}'])
    def test_takes_over_no_id_that_could_forge_a_log(self, behind_proxy, given):
        assert behind_proxy.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] != given

    def test_our_own_mistakes_tell_nothing_but_the_request_id(self, player, services, caplog):
        del services.pages
        with caplog.at_level(logging.ERROR):
            answer = player.get("/v1/releases")
        told = problem(answer, 500)
        assert told["type"] == "/problems/defect"
        assert "pages" not in answer.text
        assert told["request_id"] in caplog.text
        assert "AttributeError" in caplog.text


class TestBodies:
    def test_broken_json_is_malformed(self, player, client):
        answer = client.post("/v1/plays", data=b'{"plays": [', content_type="application/json", headers=player.headers)
        assert problem(answer, 400)["type"] == "/problems/malformed"

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe{}", b"{'plays': []}", b"NaN", b'{"plays"'])
    def test_what_is_no_json_is_malformed(self, player, client, raw):
        problem(client.post("/v1/plays", data=raw, content_type="application/json", headers=player.headers), 400)

    def test_json_of_another_shape_names_the_field(self, player):
        assert "`$.plays`" in problem(player.post("/v1/plays", json={"plays": "many"}), 422)["detail"]

    def test_an_unknown_field_is_refused_and_named(self, player):
        body = {"track_id": NO_ONE, "device": "test", "account_id": NO_ONE}
        assert "account_id" in problem(player.post("/v1/playback-sessions", json=body), 422)["detail"]

    @pytest.mark.parametrize(
        "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/xml"]
    )
    @pytest.mark.parametrize("path", ["/v1/tokens", "/v1/plays", f"/v1/playback-sessions/{NO_ONE}/renewals"])
    def test_forms_are_refused(self, player, client, path, content_type):
        answer = client.post(path, data=b"email=a%40b.example&password=p", content_type=content_type, headers=player.headers)
        assert problem(answer, 415)["type"] == "/problems/unsupported_media_type"

    def test_json_must_be_called_json(self, player, client):
        problem(client.post("/v1/plays", data=b'{"plays": []}', headers=player.headers), 415)

    def test_a_character_set_beside_it_is_fine(self, client):
        answer = client.post("/v1/tokens", data=b"{}", content_type="application/json; charset=utf-8")
        assert "email" in problem(answer, 422)["detail"]

    def test_a_body_too_large_is_refused(self, player, client):
        answer = client.post("/v1/plays", data=b" " * (256 * 1024 + 1), content_type="application/json", headers=player.headers)
        assert problem(answer, 413)["type"] == "/problems/too_large"


class TestParameters:
    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("password=a", "password"),
            ("order=1;--", "order"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=ten", "limit"),
            ("limit=", "limit"),
            (f"cursor={'a' * 1025}", "cursor"),
            ("limit=5&limit=6", "limit"),
        ],
    )
    def test_what_is_unknown_or_malformed_is_named(self, player, query, named):
        told = problem(player.get(f"/v1/releases?{query}"), 400)
        assert told["type"] == "/problems/malformed"
        assert named in told["detail"]

    @pytest.mark.parametrize("path", ["/v1/account", f"/v1/releases/{NO_ONE}", f"/v1/artists/{NO_ONE}"])
    def test_are_refused_where_none_are_taken(self, player, path):
        assert "no query parameters" in problem(player.get(f"{path}?expand=all"), 400)["detail"]


class TestHeaders:
    def test_every_answer_is_sealed(self, client, player):
        for answer in (client.get("/healthz"), client.get("/v1/nothing"), player.get("/v1/releases"), player.get("/v1/account")):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("origin", ["https://evil.example", "null"])
    def test_no_other_site_is_let_in(self, player, origin):
        answer = player.get("/v1/account", Origin=origin)
        assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control-")]  # noqa: SIM118 - not a dict

    def test_health_is_told_to_anybody(self, client):
        assert client.get("/healthz").json == {"status": "ok"}
