"""Apps and Flower come in by OAuth on the service as a person starts it: with libraries that others wrote, and by the book."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import psutil
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from requests_oauthlib import OAuth2Session

from apps.console.checkout import ROOT
from tests.live import LiveService, embedded
from tests.oauth import PASSWORD, Browser
from tests.services import wait_until

pytestmark = pytest.mark.faults

BACK = "http://127.0.0.1:9999/back"
SCOPES = ["catalogue", "playback", "account"]


@pytest.fixture(scope="module")
def service():
    with embedded() as running:
        yield running


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    """The libraries insist on https where they are not told that this is a test."""
    for name in ("OAUTHLIB_INSECURE_TRANSPORT", "AUTHLIB_INSECURE_TRANSPORT"):
        monkeypatch.setenv(name, "1")


@pytest.fixture
def listener(service, request):
    return Browser(service, f"{request.node.name.replace('_', '-')}@example.com")


def register(service: LiveService, *options: str) -> tuple[str, str | None]:
    told = service.celesta("clients", "register", "Pocket player", "--redirect", "http://127.0.0.1/back", *options)
    secret = re.search(r"client secret: (\S+)", told)
    return re.search(r"client id: (\S+)", told)[1], secret and secret[1]


def test_requests_oauthlib_connects_refreshes_and_revokes(service, listener):
    client_id, _ = register(service)
    app = OAuth2Session(client_id, redirect_uri=BACK, scope=SCOPES, pkce="S256")
    url, _ = app.authorization_url(f"{service.url}/api/oauth/authorize")
    issued = app.fetch_token(f"{service.url}/api/oauth/token", authorization_response=listener.allow(url), include_client_id=True)
    assert app.get(f"{service.url}/api/v1/account").json()["name"] == "test-requests-oauthlib-connects-refreshes-and-revokes"
    again = app.refresh_token(f"{service.url}/api/oauth/token", client_id=client_id)
    assert again["refresh_token"] != issued["refresh_token"]
    assert app.get(f"{service.url}/api/v1/releases").status_code == 200
    gone = requests.post(f"{service.url}/api/oauth/revoke", data={"client_id": client_id, "token": again["access_token"]}, timeout=10)
    assert gone.status_code == 200
    wait_until(lambda: app.get(f"{service.url}/api/v1/releases").status_code == 401, 10)


def test_authlib_finds_the_server_and_connects_a_confidential_app(service, listener):
    client_id, secret = register(service, "--confidential")
    described = requests.get(f"{service.url}/.well-known/oauth-authorization-server", timeout=10).json()
    app = AuthlibSession(client_id, secret, redirect_uri=BACK, scope=" ".join(SCOPES), code_challenge_method="S256")
    url, _ = app.create_authorization_url(described["authorization_endpoint"], code_verifier="v" * 48)
    back = listener.allow(url)
    assert dict(parse_qsl(urlsplit(back).query))["iss"] == described["issuer"]
    app.fetch_token(described["token_endpoint"], authorization_response=back, code_verifier="v" * 48)
    assert app.get(f"{service.url}/api/v1/releases").status_code == 200
    refreshed = app.refresh_token(described["token_endpoint"])
    assert app.revoke_token(described["revocation_endpoint"], token=refreshed["refresh_token"]).status_code == 200
    wait_until(lambda: app.get(f"{service.url}/api/v1/releases").status_code == 401, 10)


def test_the_guide_leads_from_nothing_to_a_playing_track(service, listener, tmp_path):
    """Every line of docs/oauth.md, in one shell; only the browser's part is played here."""
    blocks = re.findall(r"```sh\n(.*?)```", Path(ROOT, "docs/oauth.md").read_text(), re.DOTALL)
    script = "set -e\n" + "".join(blocks).replace("http://127.0.0.1:8000", service.url).replace("./celesta", f"{ROOT}/celesta")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    shell = subprocess.Popen(["bash", "-c", script], cwd=tmp_path, env=service.environment, text=True, **pipes)
    url = next(line.strip() for line in shell.stdout if "/oauth/authorize?" in line)
    output, errors = shell.communicate(dict(parse_qsl(urlsplit(listener.allow(url)).query))["code"] + "\n", timeout=120)
    assert shell.returncode == 0, output + errors
    assert (tmp_path / "track.mp4").read_bytes()[4:8] == b"ftyp"


class TestFlower:
    @pytest.fixture
    def flower(self, service):
        told = re.search(r"Flower shows the tasks at (\S+?),", service.log("run"))
        wait_until(lambda: is_open(told[1]), 60)
        return told[1]

    def test_opens_for_staff_and_for_nobody_else(self, service, flower, listener):
        stranger = requests.get(f"{flower}/api/workers", allow_redirects=False, timeout=10)
        assert (stranger.status_code, urlsplit(stranger.headers["Location"]).path) == (302, "/login")
        assert listener.get(listener.allow(f"{flower}/")).status_code == 403
        assert listener.get(f"{flower}/api/workers", allow_redirects=False).status_code == 302
        service.celesta("users", "roles", "test-opens-for-staff-and-for-nobody-else@example.com", "staff")
        wait_until(lambda: listener.get(listener.allow(f"{flower}/")).status_code == 200, 20)
        assert list(listener.get(f"{flower}/api/workers?refresh=1").json())


def is_open(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthcheck", timeout=5).ok
    except requests.RequestException:
        return False


def test_a_token_store_that_is_killed_logs_nobody_in_wrongly_and_loses_no_account(service, listener):
    client_id, _ = register(service)
    app = OAuth2Session(client_id, redirect_uri=BACK, scope=SCOPES, pkce="S256")
    url, _ = app.authorization_url(f"{service.url}/api/oauth/authorize")
    app.fetch_token(f"{service.url}/api/oauth/token", authorization_response=listener.allow(url), include_client_id=True)
    name = "test-a-token-store-that-is-killed-logs-nobody-in-wrongly-and-loses-no-account"

    def account() -> requests.Response:
        return app.get(f"{service.url}/api/v1/account")

    assert account().json()["name"] == name
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if "valkey" in words and service.environment["CELESTA_HOME"] in words:
            process.kill()
    wait_until(lambda: account().status_code in {200, 401}, 60)
    answer = account()
    assert answer.status_code == 401 or answer.json()["name"] == name
    wait_until(lambda: requests.get(f"{service.url}/log-in", timeout=10).ok, 60)
    again = requests.Session()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', again.get(f"{service.url}/log-in").text)[1]
    logged_in = again.post(f"{service.url}/log-in", data={"csrf_token": token, "email": f"{name}@example.com", "password": PASSWORD})
    assert name in logged_in.text
