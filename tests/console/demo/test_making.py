"""The demo's catalogue comes into a service by the same way as other music, once."""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, datetime

import pytest
from mutagen.flac import FLAC
from PIL import Image

from apps.console import core
from apps.console.demo import making
from apps.console.demo.catalogue import RELEASES
from apps.console.demo.files import cover_of, write_release
from apps.console.demo.making import Making
from apps.console.demo.wanted import is_wanted
from apps.console.embedded import embedded_environment
from apps.console.folder.report import NOT_RUNNING
from apps.core.contract.catalogue import GetRelease, ListReleases, ReleaseType
from apps.core.contract.editorial import GetHome, ListShelves, ShelfKind
from apps.core.contract.intake import ListDeliveries
from ports.clock.interface import Clock
from ports.container import Container
from ports.task_queue.interface import TaskQueue
from tasks.office import office

pytestmark = pytest.mark.media

ROOFTOP, FLARE, VOLUME = (next(one for one in RELEASES if one.title == title) for title in ("Rooftop", "Flare", "House Lights, Vol. 1"))
FEW = (ROOFTOP, FLARE, dataclasses.replace(VOLUME, recordings=(*ROOFTOP.recordings, *FLARE.recordings)))


@pytest.fixture
def make(own_home, tmp_path, monkeypatch):
    """Makes some of it in the service of this environment, and returns what was said."""
    monkeypatch.setattr(making, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(making, "STALLED_SECONDS", 0.1)
    monkeypatch.setenv("TASK_QUEUE", "inline")
    office.cache_clear()

    def run(*releases):
        said, container = [], Container(embedded_environment(os.environ))
        queue, clock = container.get(TaskQueue), container.get(Clock)
        Making(core.operator(container), queue, clock, tmp_path / "home" / "demo", said.append, releases).run()
        return said

    yield run
    office.cache_clear()


class TestMaking:
    def test_interrupted_it_goes_on_and_again_makes_nothing(self, make, operator, visitor, tmp_path):
        """The volume of the series holds the very recordings that the singles have."""
        assert make(FLARE)[0] == "Demo catalogue, 1 of 1: Flare by Kestrel Run is delivered."
        said = make(*FEW)
        assert said[0] == "Demo catalogue, 1 of 2: Rooftop by Terrace Hours is delivered."
        assert said[-1] == "The demo catalogue is complete: 3 releases can be played."
        assert [(shelf.kind, shelf.title) for shelf in visitor.send(GetHome()).shelves] == [(ShelfKind.NEWEST, "New here")]
        assert not (tmp_path / "home" / "demo").exists()
        assert make(*FEW) == ["The demo catalogue is here already."]
        assert len(operator.send(ListDeliveries()).items) == 3
        details = {one.title: visitor.send(GetRelease(one.id)) for one in visitor.send(ListReleases()).items}
        volume = details[VOLUME.title]
        assert (volume.type, volume.series.title, volume.series.volume) == (ReleaseType.COMPILATION, "House Lights", 1)
        assert [track.recording_id for track in volume.tracks] == [details[title].tracks[0].recording_id for title in ("Rooftop", "Flare")]
        flare = details["Flare"]
        assert (flare.type, flare.genre, flare.label, flare.upc) == (ReleaseType.SINGLE, "Drum & Bass", "Tin Roof", FLARE.upc)
        assert flare.released_on == "2025-07-04"

    def test_where_nobody_takes_it_in_it_says_so_and_keeps_the_files(self, make, operator, tmp_path, monkeypatch):
        monkeypatch.setenv("TASK_QUEUE", "held")
        assert make(FLARE)[-1] == NOT_RUNNING
        assert operator.send(ListShelves()) == ()
        assert [path.name for path in (tmp_path / "home" / "demo").rglob("*.flac")] == ["01 Flare.flac"]

    def test_interrupted_before_it_is_taken_in_it_keeps_the_files(self, make, tmp_path, monkeypatch):
        monkeypatch.setenv("TASK_QUEUE", "held")
        make(FLARE)
        assert make(FLARE) == [NOT_RUNNING]
        assert [path.name for path in (tmp_path / "home" / "demo").rglob("*.flac")] == ["01 Flare.flac"]


class TestWhetherItIsWanted:
    def test_in_an_empty_catalogue_only(self, own_home, catalogue):
        assert is_wanted()
        catalogue.release()
        assert not is_wanted()

    def test_where_its_making_was_interrupted(self, own_home, catalogue, tmp_path):
        catalogue.release()
        (tmp_path / "home" / "demo").mkdir()
        assert is_wanted()

    def test_never_in_production(self, own_home, monkeypatch):
        monkeypatch.setenv("CELESTA_ENV", "production")
        assert not is_wanted()


class TestFiles:
    def test_have_every_tag_and_the_same_bytes_and_time_every_time(self, tmp_path):
        for folder in ("one", "other"):
            write_release(FLARE, tmp_path / folder, longest=3)
        first, second = (tmp_path / folder / "Kestrel Run/Flare/01 Flare.flac" for folder in ("one", "other"))
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_mtime_ns == second.stat().st_mtime_ns
        assert datetime.fromtimestamp(first.stat().st_mtime, UTC).date() == FLARE.on
        tags = FLAC(first)
        assert (tags.info.sample_rate, tags.info.bits_per_sample, tags.info.channels) == (44_100, 16, 2)
        wanted = {
            "isrc": [FLARE.recordings[0].isrc], "barcode": [FLARE.upc], "label": ["Tin Roof"], "genre": ["Drum & Bass"],
            "date": ["2025-07-04"], "copyright": ["2025 Tin Roof"], "albumartist": ["Kestrel Run"], "tracknumber": ["1"],
        }  # fmt: skip
        assert {name: tags[name] for name in wanted} == wanted
        (picture,) = tags.pictures
        assert (picture.type, picture.mime, picture.width, picture.height) == (3, "image/jpeg", 1400, 1400)

    def test_covers_lie_in_the_files_or_beside_them_or_both(self, tmp_path):
        kinds = set()
        for release in (RELEASES[0], FLARE, ROOFTOP):
            short = dataclasses.replace(release, recordings=release.recordings[:1])
            write_release(short, tmp_path, longest=3)
            folder = tmp_path / release.artist_name / release.title
            (file,) = folder.glob("*.flac")
            kinds.add((len(FLAC(file).pictures), *sorted(path.name for path in folder.glob("cover.*"))))
        assert kinds == {(1,), (0, "cover.jpg"), (1, "cover.png")}


class TestCovers:
    def test_each_is_another_one(self):
        pictures = {release: cover_of(release).resize((16, 16), Image.Resampling.BOX).tobytes() for release in RELEASES[-5:]}
        assert len(set(pictures.values())) == len(pictures)

    def test_no_word_leaves_the_picture(self):
        for release in sorted(RELEASES, key=lambda one: len(one.title))[-3:]:
            edge = cover_of(release).crop((1400 - 40, 1120, 1400, 1400))
            colours = edge.convert("L").getcolors(1 << 16)
            assert max(count for count, _ in colours) > 0.9 * edge.width * edge.height, release.title
