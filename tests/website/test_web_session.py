"""The session: its cookie, its store, and what an attacker might try with either."""

from __future__ import annotations

import hashlib
import pickle

import pytest

from apps.core.contract.accounts import SuspendAccount
from apps.website.app import create_website
from apps.website.session import LIFETIME, REFRESH
from tests.website.visitor import PASSWORD, Visitor, form_token


class Exploit:
    def __reduce__(self):
        return (print, ("executed",))


class TestTheCookie:
    def test_is_kept_from_scripts_and_from_other_sites(self, guest):
        cookie = guest.register().headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))

    def test_over_tls_only_this_host_may_set_it(self, values, core_app):
        website = create_website({**values, "SECURE_COOKIES": "on"}, core_app)
        client = website.test_client()
        answer = client.get("/log-in", base_url="https://localhost")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie.split("; ")
        assert "Domain" not in cookie
        assert "Strict-Transport-Security" in answer.headers
        client.post(
            "/register", base_url="https://localhost", headers={"Referer": "https://localhost/register"},
            data={"csrf_token": form_token(answer), "name": "Ana", "email": "ana@example.com", "password": PASSWORD},
        )  # fmt: skip
        assert "Ana" in client.get("/", base_url="https://localhost").text

    def test_production_is_always_secure(self, values, core_app):
        website = create_website({**values, "CELESTA_ENV": "staging"}, core_app)
        assert website.session_interface.cookie == "__Host-session"

    def test_who_has_nothing_to_remember_gets_none(self, guest, store):
        assert all("Set-Cookie" not in guest.get(path).headers for path in ("/", "/releases", "/healthz", "/nowhere"))

    @pytest.mark.parametrize("value", ["", "=__Host-session=x", "x" * 43, "../../etc/passwd", "é" * 43, "A" * 5000])
    def test_a_made_up_one_is_nobody_s(self, guest, value):
        answer = guest.client.get("/", headers={"Cookie": f"session={value}"})
        assert answer.status_code == 200
        assert "Log out" not in answer.text

    def test_one_without_a_name_is_nobody_s(self, listener, visit):
        answer = visit().client.get("/", headers={"Cookie": f"=session={listener.cookie}"})
        assert "Log out" not in answer.text


class TestTheId:
    def test_is_new_at_log_in_so_a_planted_one_is_worthless(self, guest, visit, listener):
        guest.get("/log-in")
        planted = guest.cookie
        guest.log_in()
        assert guest.cookie != planted
        attacker = visit()
        attacker.client.set_cookie("session", planted)
        assert attacker.name is None

    def test_is_new_at_registration(self, guest):
        guest.get("/register")
        planted = guest.cookie
        guest.register()
        assert guest.cookie != planted

    def test_carries_256_random_bits(self, visit):
        ids = set()
        for number in range(8):
            someone = visit()
            someone.register(email=f"ana{number}@example.com")
            ids.add(someone.cookie)
        assert len(ids) == 8
        assert {len(value) for value in ids} == {43}

    def test_is_known_to_the_store_by_its_digest_alone(self, listener, store):
        assert store.load(listener.cookie) is None
        assert store.load(hashlib.sha256(listener.cookie.encode()).hexdigest()) is not None


class TestTheStore:
    def test_pickled_bytes_are_not_opened(self, visit, store, capsys):
        value = "p" * 43
        store.save(hashlib.sha256(value.encode()).hexdigest(), pickle.dumps(Exploit()), 60)
        someone = visit()
        someone.client.set_cookie("session", value)
        assert someone.name is None
        assert "executed" not in capsys.readouterr().out

    def test_a_session_in_use_is_prolonged_once_a_day(self, listener, clock):
        listener.get("/")  # which welcomes a newcomer, and keeps that it did
        assert "Set-Cookie" not in listener.get("/").headers
        clock.advance(REFRESH + 1)
        assert f"Max-Age={LIFETIME}" in listener.get("/").headers["Set-Cookie"]
        assert "Set-Cookie" not in listener.get("/").headers

    def test_another_process_forgets_an_ended_session_within_five_seconds(self, values, core_app, listener, website, store, clock):
        other = create_website(values, core_app)
        other.session_interface._store = store
        elsewhere = Visitor(other.test_client())
        elsewhere.client.set_cookie("session", listener.cookie)
        assert elsewhere.name == "Ana"
        listener.log_out()
        clock.advance(5)
        assert elsewhere.name is None


class TestWhatTouchesTheSession:
    @pytest.mark.parametrize("path", ["/", "/releases", "/log-in", "/account", "/nowhere"])
    def test_is_stored_by_nobody(self, listener, path):
        answer = listener.get(path)
        assert "Cookie" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/favicon.ico"])
    def test_is_not_everything(self, listener, path):
        answer = listener.get(path)
        assert "Vary" not in answer.headers
        assert "Set-Cookie" not in answer.headers


class TestASuspendedAccount:
    @pytest.fixture
    def suspended(self, listener, operator, clock, administrator):
        operator.send(SuspendAccount("ana@example.com"))
        clock.advance(5)
        return listener

    def test_is_told_so_and_logged_out(self, suspended):
        answer = suspended.get("/recently-played")
        assert answer.status_code == 403
        assert "suspended" in answer.text
        assert "Log out" not in answer.text
        assert suspended.name is None

    def test_hears_it_from_the_player_at_once(self, listener, operator, administrator, catalogue):
        catalogue.release()
        token = listener.script_token()
        operator.send(SuspendAccount("ana@example.com"))
        body = {"plays": [{"event_id": "abcdefgh", "track_id": "0" * 22, "started_at": "2026-03-02T12:00:00Z", "played_ms": 1}]}
        answer = listener.client.post("/player/plays", json=body, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/account_suspended")
        assert listener.name is None
