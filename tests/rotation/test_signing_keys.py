"""Keys that sign are replaced under load, and nobody is refused: what forms carry, Core's door, links to music."""

from __future__ import annotations

import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from apps.core.app import create_core
from apps.core.client.http import HttpClient
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import ListReleases
from apps.core.database import close_engines
from apps.website.app import create_website
from ports.container import Container
from ports.storage.interface import Storage
from tests.rotation.conftest import Keeper, Load, kept_by
from tests.services import ValkeyServer, valkey
from tests.serving import serving
from tests.website.visitor import Visitor, form_token
from wsgi.media import MediaServer

pytestmark = pytest.mark.faults

NEWEST = "mB7xW2qK9vT4yZ6nR8dF1gH3jL5pS0aC"


@pytest.fixture
def kept(values: dict[str, str], keeper: Keeper) -> dict[str, str]:
    return kept_by(keeper, values)


@pytest.fixture
def core(kept):
    app = create_core(kept)
    yield app
    with app.app_context():
        close_engines()


@pytest.fixture(scope="module")
def redis_server() -> Iterator[ValkeyServer]:
    with valkey() as server:
        yield server


class TestRotation:
    def test_of_what_signs_forms(self, kept, core, keeper, redis_server, load: Load, rotate):
        """A form is fetched from one process and sent to the other, and stays open for a while; in the end to one that starts then."""
        keeper.store("REDIS_URL", redis_server.url)
        websites = [create_website({**kept, "SESSIONS": "redis"}, core) for _ in range(2)]

        def somebody(*through: Flask) -> Callable[[], None]:
            browsers = [Visitor(website.test_client(use_cookies=False)) for website in through]
            page = browsers[0].get("/log-in")
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            open_forms = deque([form_token(page)], maxlen=3)

            def send() -> None:
                open_forms.append(form_token(browsers[0].get("/log-in", Cookie=cookie)))
                fields = {"csrf_token": open_forms[0], "email": "nobody@example.com", "password": "x"}
                answer = browsers[1].client.post("/log-in", data=fields, headers={"Cookie": cookie})
                assert answer.status_code in {401, 429}, answer.status  # the password is wrong; a form that is not believed is a 403

            return send

        with load.running(somebody(*websites), somebody(*reversed(websites))):
            load.goes_on()
            rotate("SESSION_KEY", NEWEST, *(website.extensions["container"] for website in websites))
        somebody(websites[0], create_website({**kept, "SESSIONS": "redis"}, core))()
        assert load.failures == []

    def test_of_a_key_to_cores_door(self, kept, core, load: Load, rotate):
        with serving(core) as url:
            front_ends = [Container({**kept, "CORE_URL": url}) for _ in range(2)]
            clients = [HttpClient.from_env(one.environment, Service.WEBSITE) for one in front_ends]
            with load.running(*(lambda client=client: client.send(ListReleases(), Actor(Service.WEBSITE)) for client in clients)):
                load.goes_on()
                rotate("DOOR_KEY_WEBSITE", NEWEST, core.extensions["container"], *front_ends)
        assert load.failures == []

    def test_of_what_signs_links_to_music(self, kept, tmp_path: Path, load: Load, rotate):
        signer, server = Container({**kept, "MEDIA_URL": "/"}), Container({**kept, "MEDIA_URL": "/"})
        storage = signer.get(Storage)
        (tmp_path / "music").write_bytes(b"music")
        storage.put("audio/x.mp4", tmp_path / "music", "audio/mp4")
        with serving(MediaServer.from_env(server.environment)) as url:

            def listen() -> None:
                link = storage.signed_url("audio/x.mp4", datetime.now(UTC) + timedelta(minutes=5))
                with urllib.request.urlopen(url + link, timeout=30) as answer:
                    assert answer.read() == b"music"

            with load.running(listen, listen):
                load.goes_on()
                rotate("MEDIA_KEY", NEWEST, signer, server)
        assert load.failures == []
