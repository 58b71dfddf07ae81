"""Requests forged by other sites, and addresses that lead there."""

from __future__ import annotations

import pytest

from apps.website.addresses import safe_path
from tests.website.visitor import PASSWORD, form_token

SAFE = {"GET", "HEAD", "OPTIONS"}
ID = "0" * 22


def unsafe_routes(website) -> set[tuple[str, str]]:
    adapter = website.url_map.bind("localhost")
    return {
        (method, adapter.build(rule.endpoint, {name: _value(rule, name) for name in rule.arguments}, method=method))
        for rule in website.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE
    }


def _value(rule, name: str) -> str | None:
    """What the address stands for without it, an id, or the first of the words that the address takes there."""
    if rule.defaults and name in rule.defaults:
        return rule.defaults[name]
    words = getattr(rule._converters[name], "items", None)
    return min(words) if words else ID


class TestEveryFormAndCall:
    def test_is_refused_without_its_token(self, website, listener):
        routes = unsafe_routes(website)
        assert len(routes) >= 9
        statuses = {route: listener.client.open(route[1], method=route[0]).status_code for route in routes}
        assert set(statuses.values()) == {403}, statuses
        assert listener.name == "Ana"

    def test_is_refused_with_another_visitor_s_token(self, website, listener, visit):
        stolen = form_token(visit().get("/log-in"))
        for method, path in unsafe_routes(website):
            assert listener.client.open(path, method=method, data={"csrf_token": stolen}).status_code == 403

    def test_is_refused_by_name_for_the_player(self, listener):
        answer = listener.client.post("/player/plays", json={})
        assert answer.status_code == 403
        assert answer.content_type == "application/problem+json"
        assert answer.json["type"] == "/problems/form_expired"

    def test_a_token_from_before_logging_in_is_worth_nothing_afterwards(self, guest, listener):
        token = form_token(guest.get("/log-in"))
        guest.log_in()
        assert guest.client.post("/log-out", data={"csrf_token": token}).status_code == 403


OTHER_SITES = [
    "//evil.example", "///evil.example", "////evil.example", "https://evil.example", "https:evil.example", "http:/evil.example",
    "\\\\evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example",
    "javascript:alert(1)", "evil.example", "/\x00/evil.example", "//evil.example\\@localhost", "//[evil", "",
]  # fmt: skip


class TestTheNextPage:
    @pytest.mark.parametrize("target", OTHER_SITES)
    def test_is_never_on_another_site(self, guest, target):
        guest.get("/register")
        answer = guest.client.post(
            "/register", query_string={"next": target},
            data={"csrf_token": form_token(guest.get("/register")), "name": "Ana", "email": "ana@example.com", "password": PASSWORD},
        )  # fmt: skip
        assert (answer.status_code, answer.location) == (303, "/")

    @pytest.mark.parametrize("target", ["/", "/releases?order=title", "/releases#tracks", "/a//b", "/夜"])
    def test_may_be_any_of_ours(self, target):
        assert safe_path(target) == target


class TestTheHost:
    def test_may_be_any_where_none_is_named(self, guest):
        assert guest.client.get("/", headers={"Host": "music.example"}).status_code == 200

    def test_is_one_of_those_named(self, values, core_app):
        from apps.website.app import create_website

        client = create_website({**values, "TRUSTED_HOSTS": "music.example, .music.example"}, core_app).test_client()
        assert client.get("/", headers={"Host": "music.example"}).status_code == 200
        assert client.get("/", headers={"Host": "www.music.example"}).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400

    def test_is_never_part_of_a_redirect(self, guest):
        assert guest.client.get("/account", headers={"Host": "evil.example"}).location == "/log-in?next=%2Faccount"
