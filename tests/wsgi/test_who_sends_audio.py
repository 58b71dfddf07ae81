"""Gunicorn sends audio in the embedded topology, from files, and nowhere else."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from werkzeug.test import Client

from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from ports.storage.filesystem import FilesystemStorage

KEY = "audio/4kZ/1f0e/aac-128.mp4"


@pytest.fixture
def link(values: dict[str, str], tmp_path: Path) -> str:
    """Signed, to an object that is there as a file."""
    storage = FilesystemStorage.from_env(Environment(values, EnvSecrets(Environment(values))))
    (tmp_path / "source").write_bytes(b"sound")
    storage.put(KEY, tmp_path / "source", "audio/mp4")
    return storage.signed_url(KEY, datetime.now(UTC) + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("module", "told", "status"),
    [
        ("wsgi.all", {}, 200),
        ("wsgi.all", {"STORAGE": "s3", "S3_BUCKET": "bucket"}, 404),
        ("wsgi.website", {"CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:1"}, 404),
        ("wsgi.api", {"CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:1"}, 404),
    ],
)
def test_who_sends_audio(module, told, status, link, values, monkeypatch):
    for name, value in {**values, "CLOCK": "system", "SESSIONS": "memory", "WEB_CONCURRENCY": "1", **told}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, module, raising=False)
    application = import_module(module).application
    with Client(application).get(link) as answer:
        assert answer.status_code == status
        assert (answer.data == b"sound") == (status == 200)
