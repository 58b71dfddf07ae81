"""No secret is in any log, error, task argument or anything else that a whole service writes, whatever goes wrong in it."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from apps.console.checkout import ROOT
from tests.canaries import ADDRESSES, SECRETS, canary, command_lines, files, search, write_canaries
from tests.live import CELESTA, PATIENCE, LiveService, embedded
from tests.services import PostgresServer, postgresql, wait_until

pytestmark = pytest.mark.faults

PASSWORD, WRONG_PASSWORD = canary("PASSWORD_OF_ANA"), canary("WRONG_PASSWORD")
TOKEN, CODE, CLIENT_SECRET = canary("BEARER_TOKEN"), canary("OAUTH_CODE"), canary("CLIENT_SECRET")
ASKED_FOR = re.compile(r"""(?:secret|secret_versions|_secret|connect)\((?:environment, )?"([A-Z_]+)["]""")


class Walk:
    """Ana, with a browser, an app, and bad luck."""

    def __init__(self, service: LiveService, server: PostgresServer, folder: Path) -> None:
        self.service, self.server, self.folder = service, server, folder
        self.session = requests.Session()
        self.answers: list[int] = []
        self.console = b""
        self.link = ""

    def get(self, path: str, **more) -> requests.Response:
        return self._told(self.session.get(self.service.url + path, timeout=60, **more))

    def submit(self, path: str, action: str = "", **fields: str) -> requests.Response:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).text)
        sent = {"csrf_token": token[1] if token else "", **fields}
        return self._told(self.session.post(self.service.url + (action or path), sent, timeout=60))

    def celesta(self, *arguments: str) -> None:
        command = [CELESTA, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.service.environment, capture_output=True, timeout=PATIENCE, check=False)
        self.console += done.stdout + done.stderr

    def enter(self) -> None:
        self.submit("/register", name="Ana", email="ana@example.com", password=PASSWORD)
        self.submit("/", "/log-out")
        self.submit("/log-in", email="ana@example.com", password=WRONG_PASSWORD)
        self.submit("/log-in", email="ana@example.com", password=PASSWORD)

    def pay(self) -> None:
        """First by a card that is declined."""
        shop = self.submit("/plans/monthly")
        for card in ("declined", "works"):
            self._told(self.session.post(shop.url, {"card": card}, timeout=60))

    def play(self) -> None:
        page = self.get(self.service.releases()[0]).text
        track, token = re.search(r'data-track="([0-9A-Za-z]{22})"', page), re.search(r'data-csrf="([^"]+)"', page)
        assert track
        assert token
        asked = {"track_id": track[1], "device": "web-1", "take_over": True}
        address = f"{self.service.url}/player/sessions"
        answer = self._told(self.session.post(address, json=asked, headers={"X-CSRFToken": token[1]}, timeout=60))
        (self.link, *_) = re.findall(r'"(/[^"]*signature=[^"]+)"', answer.text)
        self.get(self.link)
        self.get(self.link.replace("signature=", "signature=x"))

    def connect(self) -> None:
        """An app with what nobody gave it."""
        self.get("/api/v1/account", headers={"Authorization": f"Bearer {TOKEN}"})
        asked = {"grant_type": "authorization_code", "code": CODE, "redirect_uri": "https://app.example/", "code_verifier": CODE}
        self._told(requests.post(f"{self.service.url}/api/oauth/token", asked, auth=("nobody", CLIENT_SECRET), timeout=60))
        hook = f"{self.service.url}/api/hooks/stripe"
        self._told(requests.post(hook, b"{}", headers={"Stripe-Signature": f"t=1,v1={TOKEN}"}, timeout=60))

    def lose_the_database(self) -> None:
        with self._closed_database():
            for path in ("/releases", "/account", "/staff/ports"):
                self.get(path)
            self.submit("/log-in", email="ana@example.com", password=PASSWORD)
            self.celesta("users", "list")
        wait_until(lambda: self.service.answers("/releases"), PATIENCE)

    def ask_the_operator(self) -> None:
        broken = self.folder / "broken"
        broken.mkdir()
        (broken / "broken.flac").write_bytes(b"fLaC" + bytes(4000))
        for command in (("import", str(broken)), ("ports", "--check"), ("users", "list"), ("migrate",)):
            self.celesta(*command)

    @contextmanager
    def _closed_database(self) -> Iterator[None]:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER DATABASE template ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'template'")
            try:
                yield
            finally:
                connection.execute("ALTER DATABASE template ALLOW_CONNECTIONS true")

    def _told(self, answer: requests.Response) -> requests.Response:
        self.answers.append(answer.status_code)
        return answer

    def written(self) -> dict[str, bytes]:
        """All that the service has written by now, and what anybody sees of its processes."""
        home = Path(self.service.environment["CELESTA_HOME"])
        dump = subprocess.run(["pg_dump", self.server.url("template")], capture_output=True, check=True, timeout=PATIENCE)
        return {
            **files(home),
            "what it said": self.service.log("run").encode(),
            "what the console said": self.console,
            "the database": dump.stdout,
            "the command lines": command_lines(),
        }


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("canaries")
    write_canaries(folder / "secrets")
    with postgresql() as server:
        settings = {
            "SECRETS_PATH": f"{folder}/secrets", "LOG_LEVEL": "DEBUG", "TRANSCODER": "fake", "MAIL": "smtp", "MAIL_FROM": "a@example.org",
            "DATABASE_URL": server.url("template").replace("celesta@", f"celesta:{canary('DATABASE_URL')}@"),
            "SMTP_URL": f"smtp://user:{canary('SMTP_URL')}@127.0.0.1:1", "PASSWORD_MEMORY": "8",
        }  # fmt: skip
        with embedded(**settings) as service:
            walk = Walk(service, server, folder)
            walk.enter()
            walk.pay()
            walk.play()
            walk.connect()
            walk.ask_the_operator()
            walk.lose_the_database()
            yield walk


class TestCanaries:
    def test_are_nowhere_after_a_whole_walk(self, walked: Walk):
        cookie = walked.session.cookies["session"]
        signature = re.search(r"signature=([\w-]+)", walked.link)
        assert signature
        people = {
            "Ana's password": PASSWORD, "a wrong password": WRONG_PASSWORD, "a token": TOKEN, "a code": CODE,
            "an app's secret": CLIENT_SECRET, "the session's cookie": cookie, "a link's signature": signature[1],
        }  # fmt: skip
        assert search(walked.written(), {**{name: canary(name) for name in (*SECRETS, *ADDRESSES)}, **people}) == []

    def test_were_walked_past_errors_of_every_kind(self, walked: Walk):
        """So that there was something to leak them."""
        assert {200, 401, 403, 404, 503} <= set(walked.answers)
        assert b"broken.flac" in walked.console
        assert b"see that it runs where the secret SMTP_URL says" in walked.console
        assert b"correct DATABASE_URL" in walked.console

    def test_are_looked_for_where_everything_is(self, walked: Walk):
        written = walked.written()
        assert b"ana@example.com" in written["the database"]
        assert b"gunicorn" in written["the command lines"]
        assert b"[debug" in written["what it said"]
        assert search({name: content for name, content in written.items() if "valkey/" in name}, {"a task": '"job_id": "'})

    def test_are_of_every_secret_that_the_code_asks_for(self):
        sources = [path.read_text() for folder in ("apps", "ports", "tasks", "wsgi") for path in (ROOT / folder).rglob("*.py")]
        asked = {name for source in sources for name in ASKED_FOR.findall(source)}
        assert {"SESSION_KEY", "REDIS_URL", "STRIPE_SECRET_KEY", "REPORT_SFTP_PASSWORD"} <= asked <= {*SECRETS, *ADDRESSES}


class TestTheSearch:
    @pytest.mark.parametrize("write", [str.encode, lambda value: value.encode().hex().encode()], ids=["as it is", "in hexadecimal"])
    def test_finds_one_that_is_there(self, write):
        log = b"before " + write(canary("MEDIA_KEY")) + b" after"
        assert search({"a log": log}, {"MEDIA_KEY": canary("MEDIA_KEY")}) == ["MEDIA_KEY in a log"]

    @pytest.mark.parametrize("before", range(6))
    def test_finds_one_within_base64_wherever_it_begins(self, before):
        message = b64encode(b"x" * before + canary("MEDIA_KEY").encode() + b"}")
        assert search({"a task": message}, {"MEDIA_KEY": canary("MEDIA_KEY")}) == ["MEDIA_KEY in a task"]

    def test_finds_nothing_elsewhere(self):
        assert search({"a log": canary("SESSION_KEY").encode()}, {"MEDIA_KEY": canary("MEDIA_KEY")}) == []
