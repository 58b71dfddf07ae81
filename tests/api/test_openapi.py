"""The API's description: valid, whole, and true of what the API answers."""

from __future__ import annotations

import base64
import hashlib
import re
from base64 import b64encode

import pytest
from jsonschema import Draft202012Validator
from msgspec import convert
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from apps.api.operations import ATTRIBUTE
from apps.core.contract.catalogue import TrackSummary
from apps.core.contract.ids import new_id
from tests.factories.charts import Charting
from tests.factories.offline import OfflineMusic
from tests.reference_client.keys import DeviceKey

SILENT = {
    *("health.healthz", "documents.openapi", "documents.docs", "hooks.receive"),
    *("oauth.authorize", "oauth.token", "oauth.revoke", "oauth.describe"),
}
"""What is described elsewhere: in RFCs and by the shops, or nowhere as it describes."""


@pytest.fixture
def document(client):
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json


@pytest.fixture
def fits(document):
    """Whether an answer is what the description says of its path, method and status."""
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))

    def check(path: str, method: str, answer) -> None:
        described = document["paths"][path][method]["responses"][str(answer.status_code)]
        content = described.get("content")
        if content is None:
            assert answer.data == b""
            return
        schema = content[answer.mimetype]["schema"]
        pointed = {"$ref": f"urn:api{schema['$ref']}"} if "$ref" in schema else schema
        Draft202012Validator(pointed, registry=registry).validate(answer.json)

    return check


class TestTheDocument:
    def test_is_valid_openapi(self, document):
        validate(document)
        assert document["openapi"].startswith("3.1")

    def test_describes_every_route(self, api, document):
        endpoints = {rule.endpoint for rule in api.url_map.iter_rules()}
        described = {name for name in endpoints if hasattr(api.view_functions[name], ATTRIBUTE)}
        assert endpoints - described == SILENT
        assert {method["operationId"] for path in document["paths"].values() for method in path.values()} == {
            name.replace(".", "_") for name in described
        }

    def test_says_which_scope_each_needs(self, document):
        for path in document["paths"].values():
            for method in path.values():
                if method["operationId"] not in {"tokens_create_token", "tokens_revoke_token"}:
                    assert method["security"][0]["oauth"], method["operationId"]

    def test_has_a_tag_to_ask_again_by(self, client):
        first = client.get("/openapi.json")
        assert first.headers["ETag"]
        assert first.headers["Cache-Control"] == "public, no-cache"


class TestItIsTrueOf:
    def test_reading_and_playing(self, player, catalogue, fits):
        release_id = catalogue.release()
        fits("/v1/releases", "get", player.get("/v1/releases?limit=1"))
        answer = player.get(f"/v1/releases/{release_id}")
        fits("/v1/releases/{release_id}", "get", answer)
        artist = answer.json["credits"][0]["artist_id"]
        fits("/v1/artists/{artist_id}", "get", player.get(f"/v1/artists/{artist}"))
        fits("/v1/account", "get", player.get("/v1/account"))
        track = answer.json["tracks"][0]["id"]
        started = player.client.post("/v1/playback-sessions", json={"track_id": track, "device": "test"}, headers=player.headers)
        fits("/v1/playback-sessions", "post", started)
        session = started.json["id"]
        fits(
            "/v1/playback-sessions/{session_id}/renewals",
            "post",
            player.client.post(f"/v1/playback-sessions/{session}/renewals", headers=player.headers),
        )
        play = {"event_id": "event-0001", "track_id": track, "started_at": "2026-03-02T12:00:00Z", "played_ms": 1}
        fits("/v1/plays", "post", player.client.post("/v1/plays", json={"plays": [play]}, headers=player.headers))
        fits("/v1/history", "get", player.get("/v1/history"))

    def test_charts(self, player, fits, core_app, catalogue, worker, clock):
        charting = Charting(core_app, catalogue, worker, clock)
        track = player.get(f"/v1/releases/{catalogue.release(tracks=1)}").json["tracks"][0]
        charting.days_pass(1)
        charting.publish(convert(track, TrackSummary))
        fits("/v1/charts", "get", player.get("/v1/charts"))
        fits("/v1/charts/{code}/editions/latest", "get", player.get("/v1/charts/daily/editions/latest"))
        fits("/v1/charts/{code}/editions/{day}", "get", player.get("/v1/charts/daily/editions/2026-03-02"))
        run = player.get(f"/v1/charts/daily/runs/{track['recording_id']}")
        fits("/v1/charts/{code}/runs/{recording_id}", "get", run)

    def test_keeping_music_offline(self, player, fits, core_app, values, catalogue, tmp_path):
        music = OfflineMusic(core_app, values, catalogue, tmp_path)
        track = {"track_id": music.track(b"music")}
        registered = player.post("/v1/devices", json={"name": "phone", "public_key": b64encode(DeviceKey().public).decode()})
        fits("/v1/devices", "post", registered)
        fits("/v1/devices", "get", player.get("/v1/devices"))
        fits("/v1/offline/keys", "get", player.get("/v1/offline/keys"))
        path, described = f"/v1/devices/{registered.json['id']}", "/v1/devices/{device_id}"
        fits(f"{described}/licences", "post", player.post(f"{path}/licences", json=track))
        music.encrypt()
        saved = player.post(f"{path}/licences", json=track)
        fits(f"{described}/licences", "post", saved)
        held = {"licence_ids": [saved.json["licence"]["id"], new_id()]}
        fits(f"{described}/check-ins", "post", player.post(f"{path}/check-ins", json=held))
        fits(described, "delete", player.delete(path))

    def test_refusals(self, player, client, fits):
        fits("/v1/releases", "get", client.get("/v1/releases"))
        fits("/v1/releases", "get", player.get("/v1/releases?limit=0"))
        fits("/v1/releases/{release_id}", "get", player.get(f"/v1/releases/{new_id()}"))
        fits("/v1/history", "get", player.get("/v1/history?cursor=nonsense"))


class TestThePage:
    def test_shows_every_operation_and_allows_its_own_style_alone(self, client, document):
        page = client.get("/docs")
        assert page.status_code == 200
        for path in document["paths"]:
            assert f"<code>/api{path}</code>" in page.text
        style = re.search("<style>(.*?)</style>", page.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in page.headers["Content-Security-Policy"]
        for link in re.findall(r'href="#([^"]+)"', page.text):
            assert f'id="{link}"' in page.text, link
