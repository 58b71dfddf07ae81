"""Pictures of playlists over the API: a form with a file, and what is said of one that cannot be used."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from apps.core.contract.actions import Scope
from apps.core.contract.pictures import LARGEST_UPLOAD, MOST_PICTURE_BYTES, UPLOADED, RecordPicture, own_cover
from ports.storage.interface import Storage
from tests.api.caller import problem

JPEG = b"\xff\xd8\xff" + bytes(100)


@pytest.fixture
def playlist(player) -> str:
    """The address of Ana's."""
    return f"/v1/playlists/{player.post('/v1/playlists', json={'title': 'Evenings'}).json['id']}"


@pytest.fixture
def upload(clock, playlist):
    def upload(who, content=JPEG, field="picture", **headers):
        clock.advance(6)
        boundary, body = encode_multipart({field: FileStorage(io.BytesIO(content), "mine.jpg", field, "image/jpeg")})
        sent = {**who.headers, **headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return who.client.post(f"{playlist}/picture", data=body, headers=sent)

    return upload


class TestAPicture:
    def test_waits_then_shows_then_goes(self, player, playlist, upload, catalogue, worker):
        assert player.get(f"{playlist}/picture").json["status"] == "none"
        answer = upload(player)
        assert (answer.status_code, answer.json["status"], answer.json["cover"]) == (202, "waiting", None)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(claim.work.picture_id), "#336699"))
        address = f"/media/{own_cover(claim.work.picture_id)}/640.jpg"
        assert player.get(f"{playlist}/picture").json == {"title": "Evenings", "status": "shown", "reason": "", "cover": address}
        assert player.get(playlist).json["playlist"]["cover"] == address
        assert player.delete(f"{playlist}/picture").status_code == 204
        assert player.get(playlist).json["playlist"]["cover"] is None

    def test_arrives_whole_up_to_the_largest_size(self, player, upload, core_app):
        content = JPEG.ljust(MOST_PICTURE_BYTES, b"\1")
        assert upload(player, content).status_code == 202
        storage = core_app.extensions["container"].get(Storage)
        (key,) = storage.keys(UPLOADED)
        with storage.open(key) as file:
            assert file.read() == content

    @pytest.mark.parametrize("size", [MOST_PICTURE_BYTES + 1, LARGEST_UPLOAD + 1])
    def test_beyond_it_is_refused(self, player, upload, size):
        assert "at most 5 MiB" in problem(upload(player, JPEG.ljust(size, b"\0")), 413)["detail"]

    def test_that_is_none_is_refused(self, player, upload):
        assert "no JPEG, PNG or WebP" in problem(upload(player, b"GIF89a"), 422)["detail"]

    def test_must_be_in_its_field_of_a_form(self, player, playlist, upload):
        assert "field named picture" in problem(upload(player, field="file"), 422)["next_step"]
        assert "field named picture" in problem(player.post(f"{playlist}/picture"), 422)["next_step"]
        assert problem(player.post(f"{playlist}/picture", json={}), 415)["type"] == "/problems/unsupported_media_type"

    def test_is_taken_nowhere_else(self, player, playlist):
        sent = {**player.headers, "Content-Type": "multipart/form-data; boundary=x"}
        problem(player.client.post(f"{playlist}/restorations", data=b"--x--", headers=sent), 415)

    def test_with_the_same_key_is_once(self, player, upload, catalogue):
        first, second = (upload(player, **{"Idempotency-Key": "once"}) for _ in range(2))
        assert (first.json, first.status_code) == (second.json, second.status_code)
        assert len(catalogue.waiting("picture")) == 1

    def test_needs_the_scope_and_the_owner(self, log_in, player, upload):
        assert "scope library" in problem(upload(log_in("ben@example.com", scopes=(Scope.CATALOGUE,))), 403)["detail"]
        problem(upload(log_in("cara@example.com")), 404)


def test_the_description_says_what_is_sent(client):
    described = client.get("/openapi.json").json["paths"]["/v1/playlists/{playlist_id}/picture"]["post"]
    assert described["requestBody"]["content"].keys() == {"multipart/form-data"}
    assert {"202", "403", "404", "413", "422", "429"} <= described["responses"].keys()
