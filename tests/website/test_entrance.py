"""Registering, logging in and out, and an administrator's first visit."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from apps.core.contract.accounts import InviteAdministrator
from apps.website.app import create_website
from tests.website.visitor import PASSWORD, form_token


class TestRegistering:
    def test_opens_an_account_and_logs_in(self, guest):
        answer = guest.register()
        assert (answer.status_code, answer.location) == (303, "/")
        assert guest.name == "Ana"

    def test_is_welcomed_by_name_once(self, guest):
        guest.register(name="Ana <b>")
        assert "Welcome, Ana &lt;b&gt;." in guest.get("/").text
        assert "Welcome, Ana" not in guest.get("/").text
        guest.log_out()
        assert "Welcome, Ana" not in guest.get("/").text
        guest.log_in()
        assert "Welcome, Ana" not in guest.get("/").text

    def test_begins_to_be_written_at_once(self, guest):
        for path, name in (("/register", "name"), ("/log-in", "email")):
            assert re.findall(r'<input[^>]* autofocus[^>]*id="(\w+)"', guest.get(path).text) == [name]

    def test_comes_back_to_the_page_that_asked_for_it(self, guest):
        assert guest.register(path="/register?next=/recently-played").location == "/recently-played"

    def test_a_taken_address_is_said_on_the_form(self, guest, listener):
        answer = guest.register(name="Eve")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
        assert guest.name is None

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("email", "not an address", "This is not a whole e-mail address."),
            ("email", "", "Give your e-mail address."),
            ("password", "short", "Choose a password of at least 10 characters."),
            ("name", "   ", "Tell us what to call you."),
            ("name", "A\x07na", "Leave out characters that cannot be seen."),
            ("email", "a\x07na@example.com", "This is not a whole e-mail address."),
        ],
    )
    def test_what_is_missing_is_said_beside_its_field(self, guest, field, value, words):
        filled = {"name": "Ana", "email": "ana@example.com", "password": PASSWORD, field: value}
        answer = guest.submit("/register", **filled)
        assert answer.status_code == 422
        assert words in answer.text

    def test_a_password_that_is_easily_guessed_is_refused_in_words(self, guest):
        answer = guest.submit("/register", name="Ana", email="ana@example.com", password="password123")
        assert answer.status_code == 422
        assert "too easy to guess" in answer.text

    def test_the_form_keeps_what_was_written_but_never_the_password(self, guest):
        answer = guest.submit("/register", name="Ana", email="ana@", password=PASSWORD)
        assert 'value="Ana"' in answer.text
        assert PASSWORD not in answer.text

    def test_who_is_logged_in_is_sent_on(self, listener):
        assert listener.get("/register").location == "/"
        assert listener.get("/log-in?next=/releases").location == "/releases"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "evil.example",
            "javascript:alert(1)",
        ],
    )
    def test_nobody_is_sent_to_another_site(self, guest, listener, elsewhere):
        assert listener.client.get("/log-in", query_string={"next": elsewhere}).location == "/"
        assert guest.log_in(path=f"/log-in?{urlencode({'next': elsewhere})}").location == "/"


class TestLoggingIn:
    def test_opens_the_account(self, visit, listener):
        elsewhere = visit()
        assert elsewhere.log_in().status_code == 303
        assert elsewhere.name == "Ana"

    def test_a_wrong_password_and_an_unknown_address_read_alike(self, guest, listener):
        wrong = guest.log_in(password="wrong horse battery")
        unknown = guest.log_in(email="nobody@example.com")
        assert wrong.status_code == unknown.status_code == 401
        assert _refusal(wrong.text) == _refusal(unknown.text) != ""

    def test_too_many_failures_are_refused(self, guest, listener):
        statuses = [guest.log_in(password=f"wrong horse {number}").status_code for number in range(11)]
        assert statuses == [401] * 10 + [429]
        assert guest.log_in().status_code == 429

    def test_a_made_up_header_does_not_hide_where_failures_come_from(self, guest):
        token = form_token(guest.get("/log-in"))

        def fail(number: int) -> int:
            return guest.client.post(
                "/log-in", headers={"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"},
                data={"csrf_token": token, "email": f"ana{number}@example.com", "password": "wrong horse"},
            ).status_code  # fmt: skip

        assert [fail(number) for number in range(31)] == [401] * 30 + [429]

    def test_a_proxy_that_is_trusted_tells_where_failures_come_from(self, values, core_app):
        client = create_website({**values, "TRUSTED_PROXIES": "1"}, core_app).test_client()
        token = form_token(client.get("/log-in"))

        def fail(number: int) -> int:
            return client.post(
                "/log-in", headers={"X-Forwarded-For": f"203.0.113.{number}"},
                data={"csrf_token": token, "email": f"ana{number}@example.com", "password": "wrong horse"},
            ).status_code  # fmt: skip

        assert {fail(number) for number in range(31)} == {401}

    def test_a_page_for_listeners_asks_to_log_in_and_comes_back(self, guest, listener):
        asked = guest.get("/recently-played?cursor=abc")
        assert (asked.status_code, asked.location) == (303, "/log-in?next=%2Frecently-played%3Fcursor%3Dabc")
        assert guest.log_in(path=asked.location).location == "/recently-played?cursor=abc"

    def test_says_why_where_a_page_asked_for_it(self, guest):
        for path in ("/log-in", "/register"):
            assert "create an account to go on" in guest.get(f"{path}?next=%2Frecently-played").text
            assert "You come back" not in guest.get(path).text

    @pytest.mark.parametrize(("page", "back"), [("http://localhost/recently-played?cursor=abc", "/recently-played"), ("", "/")])
    def test_a_form_sent_without_an_account_comes_back_to_its_page(self, guest, page, back):
        token = form_token(guest.get("/log-in"))
        asked = guest.client.post("/recently-played/clear", data={"csrf_token": token}, headers={"Referer": page})
        assert asked.location == f"/log-in?{urlencode({'next': back})}"


class TestLoggingOut:
    def test_ends_the_session(self, listener):
        before = listener.cookie
        assert listener.log_out().status_code == 303
        assert listener.name is None
        listener.client.set_cookie("session", before)
        assert listener.name is None

    def test_cannot_be_done_by_a_link(self, listener):
        assert listener.get("/log-out").status_code == 405
        assert listener.name == "Ana"


class TestAnInvitation:
    def test_makes_an_administrator(self, guest, operator):
        invitation = operator.send(InviteAdministrator())
        answer = guest.register(name="Ada", path=f"/welcome/{invitation.token}")
        assert answer.status_code == 303
        assert "Deliveries" in guest.get("/").text

    def test_works_once(self, guest, visit, operator):
        invitation = operator.send(InviteAdministrator())
        guest.register(name="Ada", path=f"/welcome/{invitation.token}")
        answer = visit().register(name="Eve", email="eve@example.com", path=f"/welcome/{invitation.token}")
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text


class TestTheAccountPage:
    def test_shows_the_account(self, listener):
        page = listener.get("/account").text
        assert "ana@example.com" in page
        assert "2 March 2026" in page

    def test_changes_the_password_and_ends_every_other_session(self, listener, visit):
        elsewhere = visit()
        elsewhere.log_in()
        before = listener.cookie
        answer = listener.submit("/account", present=PASSWORD, new="quite another phrase")
        assert answer.status_code == 303
        assert "Your password is changed" in listener.get(answer.location).text
        assert listener.cookie != before
        assert elsewhere.name is None
        assert visit().log_in().status_code == 401
        assert visit().log_in(password="quite another phrase").status_code == 303

    def test_a_wrong_present_password_changes_nothing(self, listener, visit):
        answer = listener.submit("/account", present="wrong horse battery", new="quite another phrase")
        assert answer.status_code == 401
        assert 'role="alert"' in answer.text
        assert visit().log_in().status_code == 303


def _refusal(page: str) -> str:
    return page.partition('role="alert">')[2].partition("</div>")[0]
