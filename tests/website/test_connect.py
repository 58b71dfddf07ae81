"""Connecting an app: what the listener is asked, and what their answer leads to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest

from apps.core.contract.actions import Scope
from apps.core.contract.oauth import Approval, RegisterApp, approval_key, request_digest
from ports.tokens.interface import Tokens

BACK = "https://player.example.com/back"


@pytest.fixture
def app(operator):
    return operator.send(RegisterApp("Pocket <b>player</b>", (BACK,), frozenset({Scope.CATALOGUE, Scope.PLAYBACK}))).client


@pytest.fixture
def query(app):
    return urlencode({"client_id": app.id, "redirect_uri": BACK, "scope": "playback", "state": "s/t+ate", "code_challenge": "c" * 43})


@pytest.fixture
def taken(website):
    """The approval that the website left for the API."""

    def take(location: str) -> Approval:
        secret = dict(parse_qsl(urlsplit(location).query))["approval"]
        stored = website.extensions["container"].get(Tokens).take(approval_key(secret))
        return msgspec.json.decode(stored, type=Approval)

    return take


class TestTheQuestion:
    def test_names_the_app_what_it_may_do_and_where_it_leads(self, listener, query):
        page = listener.get(f"/connect?{query}")
        assert page.status_code == 200
        assert "Pocket &lt;b&gt;player&lt;/b&gt;" in page.text
        assert "play music" in page.text
        assert "see what there is to hear" not in page.text
        assert "https://player.example.com" in page.text
        assert "form-action 'self' https://player.example.com" in page.headers["Content-Security-Policy"]

    def test_is_a_page_of_its_own_wherever_one_comes_from(self, listener, query):
        answer = listener.get(f"/connect?{query}", HX_Request="true")
        assert (answer.text, answer.headers["HX-Redirect"]) == ("", f"/connect?{query}")

    def test_is_asked_after_logging_in(self, guest, query):
        answer = guest.get(f"/connect?{query}")
        assert answer.status_code == 303
        assert dict(parse_qsl(urlsplit(answer.location).query))["next"] == f"/connect?{query}"

    @pytest.mark.parametrize("client_id", ["", "nobody", "0" * 22])
    def test_about_no_app_is_not_found(self, listener, client_id):
        assert listener.get(f"/connect?client_id={client_id}").status_code == 404

    @pytest.mark.parametrize("back", ["https://evil.example/", f"{BACK}/x", "https://player.example.com;script-src%20*/back"])
    def test_that_would_lead_elsewhere_is_not_asked(self, listener, app, back):
        page = listener.get(f"/connect?client_id={app.id}&redirect_uri={back}")
        assert page.status_code == 404
        assert page.headers["Content-Security-Policy"].endswith("form-action 'self'")

    def test_that_is_none_is_told_plainly(self, guest):
        page = guest.get("/connect/refused?error=<script>")
        assert page.status_code == 400
        assert "cannot be connected" in page.text
        assert "<script>" not in page.text


class TestTheAnswer:
    def test_yes_connects_the_app_and_goes_back_to_the_api(self, listener, app, query, taken, sender):
        answer = listener.submit(f"/connect?{query}", answer="allow")
        assert answer.status_code == 303
        assert answer.location.startswith(f"/api/oauth/authorize?{query}&approval=")
        approval = taken(answer.location)
        assert approval.client_id == app.id
        assert approval.connected_at is not None
        assert approval.request == request_digest(query)
        page = listener.get("/account")
        assert "Pocket &lt;b&gt;player&lt;/b&gt;" in page.text

    @pytest.mark.parametrize("answered", ["deny", "", "ALLOW"])
    def test_anything_else_is_no(self, listener, query, taken, answered):
        answer = listener.submit(f"/connect?{query}", answer=answered)
        assert taken(answer.location).connected_at is None
        assert "Connected apps" not in listener.get("/account").text

    def test_of_a_stranger_connects_nothing(self, guest, query):
        answer = guest.submit("/log-in", f"/connect?{query}", answer="allow")
        assert (answer.status_code, urlsplit(answer.location).path) == (303, "/log-in")


class TestDisconnecting:
    def test_is_one_press_on_the_account_page(self, listener, app, query):
        listener.submit(f"/connect?{query}", answer="allow")
        answer = listener.submit("/account", f"/account/apps/{app.id}/disconnect")
        assert (answer.status_code, answer.location) == (303, "/account")
        assert "Connected apps" not in listener.get("/account").text


def test_an_access_token_opens_nothing_here(guest, listener, query, website):
    """Apps speak to the API; a page is for whoever is logged in."""
    for path in ("/account", f"/connect?{query}"):
        answer = guest.get(path, Authorization=f"Bearer celesta_{'x' * 43}")
        assert (answer.status_code, urlsplit(answer.location).path) == (303, "/log-in")
