"""A hostile folder: each bad file is named with its reason, and nothing else stops."""

from __future__ import annotations

import os
import re

import pytest

from apps.core.contract.catalogue import GetRelease, ListReleases
from tests.factories.audio import hostile_files, make_audio, wave_claiming

pytestmark = pytest.mark.faults

LONG = "x" * 240
STRANGE_NAMES = [
    "Müsik 音楽 👩‍🎤.flac",
    "موسيقى \u202egpj.flac",
    f"{LONG}.flac",
    "-rf $(reboot);'\".flac",
    "%2e%2e%2fpasswd.flac",
    "con:a*b?.flac",
    " .flac",
]
TRAVERSAL = {"title": "../../etc/passwd", "artist": "/etc/passwd\x00", "album": "..\\..\\x", "albumartist": "<script>alert(1)</script>"}


@pytest.fixture
def folder(tmp_path):
    """Twelve good files among every kind of bad one."""
    folder = tmp_path / "music"
    (folder / "bad").mkdir(parents=True)
    (folder / "good").mkdir()
    for number, name in enumerate(STRANGE_NAMES):
        make_audio(folder / "good" / name, seconds=1, frequency=300 + number, tags=TRAVERSAL)
    for number in range(5):
        make_audio(folder / "good" / f"{number}.mp3", seconds=1, frequency=500 + number, tags={"title": LONG * 100, "album": "Good"})
    hostile_files(folder / "bad")
    wave_claiming(folder / "bad" / "claims.wav", 2_000_000_000)
    secret = make_audio(tmp_path / "secret.mp3", seconds=1)
    (folder / "bad" / "link.mp3").symlink_to(secret)
    (folder / "bad" / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "bad" / "pipe.mp3")
    (folder / "bad" / "huge.wav").touch()
    os.truncate(folder / "bad" / "huge.wav", (2 << 30) + 1)
    os.close(os.open(os.fsencode(folder) + b"/bad/caf\xe9.mp3", os.O_CREAT))
    (folder / "bad" / "line\nbreak.mp3").write_bytes(b"x")
    return folder


class TestImportingAHostileFolder:
    def test_names_every_bad_file_and_plays_every_good_one(self, house, folder):
        house.worker("worker")
        house.relay()
        told = house.import_folder(folder)
        reasons = dict(re.findall(r"^  (.+?): (.+)$", told, re.MULTILINE))
        bad = {f"bad/{path.name}" for path in (folder / "bad").iterdir()}
        expected = {name.replace("\n", r"\x0a").replace("\udce9", r"\xe9") for name in bad}
        assert set(reasons) == expected
        assert "12 recordings of 13 can be played" in told
        ana = house.listener()
        releases = [ana.send(GetRelease(release.id)) for release in ana.send(ListReleases()).items]
        assert sum(track.playable for release in releases for track in release.tracks) == 12
        assert not list((house.folder / "home" / "work").iterdir())
