"""Core's door over HTTP: for front ends with a valid credential; for everybody else there is nothing there."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import msgspec
import pytest
import urllib3

from apps.core.client.credential import LIFETIME, issue, key_name, verify
from apps.core.contract.accounts import ListAccounts, RegisterAccount
from apps.core.contract.actions import Action, Actor, Service
from apps.core.contract.catalogue import GetCatalogueState
from apps.core.contract.codec import MAXIMUM_TRIP, Answer, Consignment, Parcel, answer_decoder, encoder
from apps.core.contract.jobs import PruneExpired
from tests.serving import serving


def consignment(*actions: Action, actor: Actor | None = None) -> bytes:
    parcels = tuple(Parcel(type(action).__name__, msgspec.Raw(encoder.encode(action))) for action in actions)
    return encoder.encode(Consignment(actor or Actor(Service.WEBSITE), parcels))


BODY = consignment(GetCatalogueState())
NOT_FOUND = (404, b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>")


@pytest.fixture
def address(core_app) -> Iterator[str]:
    with serving(core_app) as address:
        yield address


@pytest.fixture
def key(values) -> str:
    return values[key_name(Service.WEBSITE)]


@pytest.fixture
def knock(address) -> Callable[..., urllib3.BaseHTTPResponse]:
    def request(body: bytes = BODY, credential: str | None = None, method: str = "POST", path: str = "/actions"):
        headers = {"Authorization": credential} if credential is not None else {}
        return urllib3.request(method, address + path, body=body, headers=headers, retries=False)

    return request


@pytest.fixture
def come_in(knock, key) -> Callable[..., tuple[int, Answer]]:
    """Knock as the website, with a good credential."""

    def request(body: bytes) -> tuple[int, Answer]:
        reply = knock(body, issue(Service.WEBSITE, key, body))
        return reply.status, answer_decoder.decode(reply.data)

    return request


def seen(reply: urllib3.BaseHTTPResponse) -> tuple[int, bytes]:
    return reply.status, reply.data[: len(NOT_FOUND[1])]


GOOD_SIGNATURE = issue(Service.WEBSITE, "any key", BODY).rpartition(".")[2]
MALFORMED = {
    "empty": "",
    "another scheme": f"Bearer website.{int(time.time())}.{GOOD_SIGNATURE}",
    "no token": "Celesta",
    "two parts": "Celesta website.1",
    "an unknown front end": f"Celesta kiosk.{int(time.time())}.{GOOD_SIGNATURE}",
    "no number": f"Celesta website.now.{GOOD_SIGNATURE}",
    "a number no float holds": f"Celesta website.{'9' * 400}.{GOOD_SIGNATURE}",
    "a number no integer reads": f"Celesta website.{'9' * 5000}.{GOOD_SIGNATURE}",
    "other digits": f"Celesta website.\u00b2\u00b3.{GOOD_SIGNATURE}".encode().decode("latin-1"),
    "a short signature": f"Celesta website.{int(time.time())}.{GOOD_SIGNATURE[:32]}",
    "no signature": f"Celesta website.{int(time.time())}.",
}


class TestWithoutACredential:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
    @pytest.mark.parametrize("path", ["/actions", "/", "/healthz", "/actions/", "//actions", "/actions?debug=1", "/static/x"])
    def test_nothing_is_there_whatever_the_path_and_method(self, method, path, knock):
        status, text = seen(knock(method=method, path=path))
        assert status == 404
        assert text in (NOT_FOUND[1], b"")

    @pytest.mark.parametrize("credential", MALFORMED.values(), ids=MALFORMED)
    def test_a_malformed_one_is_none(self, credential, knock):
        assert seen(knock(credential=credential)) == NOT_FOUND

    def test_a_foreign_key_is_none(self, knock):
        assert seen(knock(credential=issue(Service.WEBSITE, "a foreign key", BODY))) == NOT_FOUND

    def test_an_empty_key_is_none(self, knock):
        assert seen(knock(credential=issue(Service.WEBSITE, "", BODY))) == NOT_FOUND

    def test_a_front_ends_own_key_under_another_name_is_none(self, knock, key):
        assert seen(knock(credential=issue(Service.TASKS, key, BODY))) == NOT_FOUND

    @pytest.mark.parametrize("seconds", [-LIFETIME - 2, LIFETIME + 2], ids=["expired", "of the future"])
    def test_one_of_another_time_is_none(self, seconds, knock, key):
        assert seen(knock(credential=issue(Service.WEBSITE, key, BODY, time.time() + seconds))) == NOT_FOUND

    def test_one_made_for_another_body_is_none(self, knock, key):
        other = consignment(ListAccounts())
        assert seen(knock(other, issue(Service.WEBSITE, key, BODY))) == NOT_FOUND

    def test_each_changed_byte_of_the_body_counts(self, key):
        credential = issue(Service.WEBSITE, key, BODY)
        for at in range(len(BODY)):
            changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
            assert verify(credential, lambda _: (key,), lambda changed=changed: changed) is None

    def test_lives_a_minute_to_the_second(self, key):
        credential = issue(Service.WEBSITE, key, BODY, 1_000_000)
        verdicts = [verify(credential, lambda _: (key,), lambda: BODY, 1_000_000 + LIFETIME + late) for late in (0, 0.001)]
        assert verdicts == [Service.WEBSITE, None]

    def test_a_body_over_the_limit_is_not_read(self, address):
        """The answer comes though the body never does."""
        with _connection(address) as connection:
            connection.putrequest("POST", "/actions")
            connection.putheader("Content-Length", str(MAXIMUM_TRIP + 1))
            connection.endheaders()
            assert connection.getresponse().status == 404

    def test_a_body_over_the_limit_is_not_taken_with_a_good_credential_either(self, knock, key):
        body = b" " * (MAXIMUM_TRIP + 1)
        assert seen(knock(body, issue(Service.WEBSITE, key, body))) == NOT_FOUND

    def test_a_body_without_a_length_is_not_read(self, address):
        with _connection(address) as connection:
            connection.putrequest("POST", "/actions")
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders()
            assert connection.getresponse().status == 404


class TestKeys:
    def test_rotate_without_a_gap(self, values, knock, key):
        name = key_name(Service.WEBSITE)
        new = "key-of-website-the-second"
        values[name] = f"{new} {key}"
        assert [knock(credential=issue(Service.WEBSITE, one, BODY)).status for one in (new, key)] == [200, 200]
        values[name] = new
        assert [knock(credential=issue(Service.WEBSITE, one, BODY)).status for one in (new, key)] == [200, 404]

    def test_that_are_not_set_let_nobody_in(self, values, knock, key):
        del values[key_name(Service.WEBSITE)]
        assert seen(knock(credential=issue(Service.WEBSITE, key, BODY))) == NOT_FOUND

    def test_that_are_an_examples_let_nobody_in(self, values, knock):
        values[key_name(Service.WEBSITE)] = "change-me"
        assert seen(knock(credential=issue(Service.WEBSITE, "change-me", BODY))) == NOT_FOUND


class TestWithACredential:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/", 404), ("POST", "/", 404), ("GET", "/actions", 405), ("PUT", "/actions", 405), ("OPTIONS", "/actions", 405)],
    )
    def test_there_is_nothing_but_actions_to_be_posted(self, method, path, status, knock, key):
        assert knock(BODY, issue(Service.WEBSITE, key, BODY), method, path).status == status

    def test_an_action_is_answered(self, come_in):
        status, answer = come_in(BODY)
        assert (status, answer.error, len(answer.results)) == (200, None, 1)

    def test_a_front_end_speaks_for_its_own_actors_only(self, come_in):
        status, answer = come_in(consignment(PruneExpired(), actor=Actor(Service.TASKS)))
        assert (status, answer.error and answer.error.code) == (422, "invalid")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"\xff\xfe",
            b'{"actor": {"service": "website"}}',
            b'{"actor": {"service": "website"}, "parcels": [{"name": 1}]}',
        ],
    )
    def test_what_cannot_be_read_is_invalid(self, body, come_in):
        status, answer = come_in(body)
        assert (status, answer.error and answer.error.code) == (422, "invalid")

    def test_fields_that_go_on_and_on_within_themselves_are_invalid(self, come_in):
        deep = b'{"rules":[' * 5_000 + b"]}" * 5_000
        status, answer = come_in(consignment(GetCatalogueState()).replace(b'"fields":{}', b'"fields":' + deep))
        assert (status, answer.error.code) == (422, "invalid")

    def test_fields_that_are_not_utf8_are_invalid(self, come_in):
        body = BODY.replace(b"{}", b'{"\xff": 1}')
        assert body != BODY
        status, answer = come_in(body)
        assert (status, answer.error and answer.error.code) == (422, "invalid")

    def test_an_unknown_field_is_invalid(self, come_in):
        status, answer = come_in(BODY.replace(b'"fields":{}', b'"fields":{"admin":true}'))
        assert (status, answer.error and answer.error.code) == (422, "invalid")

    def test_an_unknown_action_is_named(self, come_in):
        status, answer = come_in(BODY.replace(b"GetCatalogueState", b"DropEverything"))
        assert answer.error is not None
        assert (status, answer.error.code) == (422, "unknown_action")
        assert "DropEverything" in answer.error.message

    @pytest.mark.parametrize("other", [GetCatalogueState(), RegisterAccount("ana@example.com", "Ana", "correct horse battery")])
    def test_a_command_travels_alone(self, other, come_in, operator):
        status, answer = come_in(consignment(RegisterAccount("ben@example.com", "Ben", "correct horse battery"), other))
        assert (status, answer.error and answer.error.code) == (422, "invalid")
        assert operator.send(ListAccounts()).items == ()

    def test_errors_carry_their_status(self, come_in):
        status, answer = come_in(consignment(ListAccounts()))
        assert (status, answer.error and answer.error.code) == (401, "unauthenticated")


def _connection(address: str) -> closing[http.client.HTTPConnection]:
    parts = urlsplit(address)
    return closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20))
