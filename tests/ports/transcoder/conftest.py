"""The ffmpeg of this environment, and a place to work in."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.interface import Transcode
from ports.transcoder.process import Ffmpeg, Limits
from tests.factories.audio import make_audio

Transcoding = Callable[..., Transcode]


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return FfmpegTranscoder.from_env(Environment(os.environ)).ffmpeg


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@pytest.fixture
def transcode(ffmpeg: Ffmpeg, into: Path) -> Transcoding:
    """Transcode a file under the limits given, by default the usual ones."""

    def run(source: Path, progress: Callable[[float], None] = lambda _: None, **limits: int) -> Transcode:
        return FfmpegTranscoder(ffmpeg.program, Limits(**limits)).transcode(source, into, progress)

    return run


@pytest.fixture(scope="session")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More work than any test waits for."""
    return make_audio(tmp_path_factory.mktemp("hour") / "hour.wav", seconds=3600, sample_rate=8000, channels=1)


class Listener:
    """A server on this machine that nobody should call."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.address = f"http://127.0.0.1:{server.getsockname()[1]}/"

    @property
    def was_called(self) -> bool:
        """Whether a connection is waiting; the system completes them without our doing."""
        try:
            self._server.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield Listener(server)
