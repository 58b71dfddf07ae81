"""The index follows the catalogue, in every process."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from apps.core.app import create_core
from apps.core.catalogue.models import ReleaseRow
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Unavailable
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.intake import HideRemovedFiles, ListDeliveries, ListKnownFiles
from apps.core.contract.search import Search, SearchKind
from apps.core.database import close_engines, db
from apps.core.radio.model import Model
from apps.core.radio.models import RadioModelRow
from apps.core.search import index as indexing
from apps.core.search import keeping, reading
from apps.core.search.changes import Subject, note_changes
from apps.core.search.keeping import SearchIndexes
from apps.core.search.models import SearchChangeRow
from apps.core.search.segment import Filters
from tests.factories.radio import model_bytes

LATEST_ALLOWED = 5.0
NO_PLAYS = model_bytes({})
"""A radio model of no recordings."""


def record_model(indexes, path):
    """As if a training had made it."""
    path.write_bytes(NO_PLAYS)
    indexes.models.storage.put("radio/model", path, "application/octet-stream")
    facts = {"size": len(NO_PLAYS), "recordings": 0, "first_day": "2026-01-01", "last_day": "2026-01-02", "trained_at": datetime.now(UTC)}
    with indexes.core.app_context(), Session(db.engine) as session:
        session.add(RadioModelRow(key="radio/model", sha256=hashlib.sha256(NO_PLAYS).hexdigest(), **facts))
        session.commit()


class Hand:
    """A timer that goes on as far as it is told."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def timer(indexes):
    indexes.timer = Hand()
    return indexes.timer


@pytest.fixture
def elsewhere(values):
    """Another process on the same database, with a timer to be moved by hand."""
    core = create_core(values)
    indexes = core.extensions["container"].get(SearchIndexes)
    indexes.timer = Hand()
    sender = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE))
    yield lambda words: sender.send(Search(words)), indexes
    indexes.settle()
    with core.app_context():
        close_engines()


def indexed(indexes, kind, words):
    """The ids of what fits in the index, whatever of it may be seen."""
    indexes.look_again()
    with indexes.core.app_context():
        return [id_from_bytes(hit.id) for hit in indexes.current().find(words, (kind,), Filters(), 40)[kind]]


class TestFollowing:
    def test_a_change_in_one_process_is_found_in_another_in_time(self, catalogue, elsewhere):
        ask, indexes = elsewhere
        assert ask("blue garden").top is None
        catalogue.release("Blue Garden")
        indexes.timer.time += LATEST_ALLOWED
        assert ask("blue garden").releases

    def test_it_looks_once_a_second_at_most(self, catalogue, visitor, timer):
        visitor.send(Search("blue garden"))
        catalogue.release("Blue Garden")
        timer.time += keeping.LOOK_SECONDS / 2
        assert visitor.send(Search("blue garden")).releases == ()
        timer.time += keeping.LOOK_SECONDS / 2
        assert visitor.send(Search("blue garden")).releases

    def test_a_new_name_takes_the_place_of_the_old_one(self, catalogue, find):
        files = catalogue.files("Blue Garden", ["Dawn", "Dusk"])
        catalogue.deliver(files)
        catalogue.transcode_all()
        assert find("dusk").tracks
        tagged = {"artist": "Ada", "album": "Blue Garden", "album_artist": "The Lanterns"}
        catalogue.deliver(catalogue.file(file.path, title=f"New {at}", track=at, **tagged) for at, file in enumerate(files, start=1))
        assert find("dusk").tracks == ()
        assert len(find("new ada").tracks) == 2
        assert [one.name for one in find("ada").artists] == ["Ada"]

    def test_a_new_name_is_found_on_every_release_that_has_the_recording(self, catalogue, find, indexes):
        shared = {"artist": "Ada", "isrc": "GBAAA1200001", "album_artist": "Ada"}
        for album in ("Blue Garden", "Best of Gardens"):
            catalogue.deliver([catalogue.file(f"{album}/1.flac", title="Dawn", album=album, **shared)])
        catalogue.transcode_all()
        assert find("ada dawn").tracks
        catalogue.deliver([catalogue.file("Blue Garden/1.flac", title="Dawn", album="Blue Garden", **{**shared, "artist": "Zephyrine"})])
        assert len(indexed(indexes, SearchKind.TRACK, "zephyrine dawn")) == 2

    def test_a_release_that_all_tracks_moved_away_from_leaves_the_index(self, catalogue, indexes):
        names = {"artist": "Ada", "album_artist": "Ada"}
        (blue,) = catalogue.deliver([catalogue.file("Garden/1.flac", title="Dawn", album="Blue Garden", **names)])
        catalogue.transcode_all()
        assert indexed(indexes, SearchKind.RELEASE, "blue garden") == [blue]
        catalogue.deliver([catalogue.file("Garden/1.flac", title="Dawn", album="Green Harbour", **names)])
        assert blue not in indexed(indexes, SearchKind.RELEASE, "blue garden")

    def test_a_release_whose_files_are_gone_leaves_the_index(self, catalogue, operator, indexes):
        release_id = catalogue.release("Blue Garden", tracks=1)
        assert indexed(indexes, SearchKind.RELEASE, "blue garden") == [release_id]
        (delivery,) = operator.send(ListDeliveries()).items
        files = operator.send(ListKnownFiles(delivery.source)).files
        assert operator.send(HideRemovedFiles(delivery.source, tuple(file.path for file in files))).tracks == 1
        assert indexed(indexes, SearchKind.RELEASE, "blue garden") == []

    def test_what_is_withdrawn_leaves_the_index(self, catalogue, find, core_app, indexes):
        release_id = catalogue.release("Blue Garden", tracks=2)
        find("blue garden")
        before = len(indexes.current())
        with core_app.app_context(), Session(db.engine) as session:
            session.get_one(ReleaseRow, release_id).published_at = None
            note_changes(session, Subject.RELEASE, [release_id])
            session.commit()
        assert find("blue garden").top is None
        with core_app.app_context():
            assert len(indexes.current()) == before - 3

    def test_what_changes_while_all_is_read_anew_is_not_lost(self, catalogue, find, indexes, core_app, monkeypatch):
        catalogue.release("Blue Garden")
        find("blue")
        monkeypatch.setattr(keeping, "MOST_CHANGES", 1)
        catalogue.release("Green Garden")
        catalogue.release("Red Garden")
        read = keeping.read_all

        def read_slowly(*arguments):
            columns = read(*arguments)
            catalogue.release("Violet Garden")
            return columns

        monkeypatch.setattr(keeping, "read_all", read_slowly)
        find("green")
        indexes.settle()
        with core_app.app_context():
            index = indexes.current()
        assert len(index) == 4 * 4 + 1
        assert find("violet garden").releases

    def test_what_changes_is_found_while_all_is_read_anew(self, catalogue, find, indexes, monkeypatch):
        catalogue.release("Blue Garden")
        find("blue")
        read, may_end = keeping.read_all, threading.Event()
        monkeypatch.setattr(keeping, "MOST_CHANGES", 1)
        monkeypatch.setattr(keeping, "read_all", lambda *arguments: may_end.wait(60) and read(*arguments))
        for title in ("Green", "Red", "Violet"):
            catalogue.release(f"{title} Garden")
        try:
            for title in ("Green", "Red", "Violet"):
                assert find(f"{title} garden", kinds=(SearchKind.RELEASE,)).releases[0].title == f"{title} Garden"
        finally:
            may_end.set()
            indexes.settle()
        assert find("violet garden").releases

    def test_what_cannot_be_read_anew_is_tried_again_after_a_while(self, catalogue, visitor, timer, indexes, monkeypatch):
        catalogue.release("Blue Garden")
        visitor.send(Search("blue garden"))
        tried = []
        monkeypatch.setattr(keeping, "read_all", lambda *_: tried.append(None) or 1 / 0)
        indexes.models._model = Model(NO_PLAYS)
        for _ in range(5):
            timer.time += keeping.LOOK_SECONDS
            assert visitor.send(Search("blue garden")).releases
            indexes.settle()
        assert len(tried) == 1
        timer.time += keeping.RETRY_SECONDS
        visitor.send(Search("blue garden"))
        indexes.settle()
        assert len(tried) == 2

    def test_large_segments_are_merged_beside(self, catalogue, find, indexes, monkeypatch):
        monkeypatch.setattr(indexing, "MOST_MERGED", 0)
        for title in ("Blue", "Green", "Red"):
            catalogue.release(f"{title} Garden")
            find("garden")
            indexes.settle()
        with indexes.core.app_context():
            assert not indexes.current().crowded
        assert len(find("garden", size=50).releases) == 3


class TestBeginning:
    def test_a_process_prepares_its_index_beside(self, catalogue, indexes, visitor):
        catalogue.release("Blue Garden")
        indexes.prepare()
        indexes.settle()
        assert indexes._index is not None
        assert visitor.send(Search("blue garden")).releases

    def test_is_not_begun_twice(self, indexes):
        with indexes._lock:
            indexes.prepare()
            working = indexes._working
            indexes.prepare()
            assert indexes._working is working
        indexes.settle()

    def test_a_large_catalogue_is_read_some_rows_at_a_time(self, catalogue, find, monkeypatch):
        monkeypatch.setattr(reading, "AT_ONCE", 2)
        for title in ("Blue", "Green", "Red"):
            catalogue.release(f"{title} Garden", artist=title, tracks=3)
        found = find("garden", size=50)
        assert (len(found.releases), len(found.tracks), len(find("green").artists)) == (3, 9, 1)

    def test_who_asks_before_that_is_told_to_wait(self, visitor, indexes, monkeypatch):
        monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 0.01)
        with indexes._lock, pytest.raises(Unavailable, match="still reads"):
            visitor.send(Search("blue"))
        indexes.settle()

    def test_of_those_who_ask_one_waits(self, catalogue, visitor, indexes, monkeypatch):
        catalogue.release("Blue Garden")
        monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 60)
        read, begun, may_end = keeping.read_all, threading.Event(), threading.Event()
        monkeypatch.setattr(keeping, "read_all", lambda *arguments: begun.set() or (may_end.wait(60) and read(*arguments)))
        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(visitor.send, Search("blue garden"))
            try:
                assert begun.wait(60)
                other = threads.submit(visitor.send, Search("blue"))
                # Whichever of the two was second has its answer before anything is read.
                (told,) = wait((waiting, other), 30, return_when=FIRST_COMPLETED).done
                assert isinstance(told.exception(), Unavailable)
            finally:
                may_end.set()
            assert ({waiting, other} - {told}).pop().result().releases

    def test_who_waited_for_nothing_takes_what_there_is(self, indexes, core_app):
        with core_app.app_context():
            indexes._first()
            first = indexes._index
            indexes._first()
        assert indexes._index is first

    def test_all_is_read_once_with_how_much_it_is_heard(self, catalogue, visitor, indexes, monkeypatch, tmp_path):
        catalogue.release("Blue Garden")
        record_model(indexes, tmp_path / "model")
        read, times = keeping.read_all, []
        monkeypatch.setattr(keeping, "read_all", lambda *arguments: times.append(None) or read(*arguments))
        for _ in range(2):
            visitor.send(Search("blue garden"))
            indexes.settle()
            indexes.models.settle()
            indexes.look_again()
        assert indexes._model is not None
        assert len(times) == 1

    def test_while_one_looks_the_others_go_on(self, catalogue, visitor, indexes, find):
        catalogue.release("Blue Garden")
        find("blue")
        catalogue.release("Green Garden")
        indexes.look_again()
        with indexes._lock:
            assert visitor.send(Search("blue garden")).releases
        assert visitor.send(Search("green garden")).releases[0].title == "Green Garden"

    def test_what_goes_wrong_is_tried_again(self, catalogue, indexes, visitor, monkeypatch):
        catalogue.release("Blue Garden")
        with monkeypatch.context() as patch:
            patch.setattr(keeping, "read_all", lambda *_: 1 / 0)
            indexes.prepare()
            indexes.settle()
        assert indexes._index is None
        assert visitor.send(Search("blue garden")).releases


class TestNoting:
    def test_numbers_grow_with_every_change(self, catalogue, left):
        first, second = catalogue.release("Blue Garden"), catalogue.release("Green Garden")
        numbers = dict(zip(left(SearchChangeRow.subject_id), left(SearchChangeRow.number), strict=True))
        assert numbers[first] < numbers[second]

    def test_nothing_changed_is_no_change(self, core_app, left):
        with core_app.app_context(), Session(db.engine) as session:
            note_changes(session, Subject.RELEASE, [])
            session.commit()
        assert left(SearchChangeRow.number) == []

    def test_is_the_last_that_a_command_does(self, catalogue, staff, database_statements):
        source = catalogue.release("Green Garden")
        deliver = [catalogue.file("Blue Garden/1.flac", title="Dawn", album="Blue Garden", artist="Ada", album_artist="Ada")]
        track_ids = tuple(track.id for track in staff.send(GetRelease(source)).tracks)
        for work in (
            lambda: catalogue.deliver(deliver),
            catalogue.transcode_all,
            lambda: staff.send(AssembleCompilation("Our Gardens", track_ids)),
        ):
            with database_statements() as sent:
                work()
            followed = listed, filed, genres = "artist_release", "genre_release", "recording.genre"
            told = [statement for statement, _ in sent if "outbox" not in statement]
            written = [next((name for name in followed if name in statement), statement.split()[2]) for statement in told]
            for at in (at for at, table in enumerate(written) if table == "search_counter"):
                assert written[at : at + 7] == ["search_counter", "search_change", listed, listed, filed, genres, "catalogue_version"]
            assert written[-1] == "catalogue_version"

    @pytest.mark.postgresql
    def test_a_later_number_waits_for_the_earlier_one(self, catalogue, core_app):
        one, other = catalogue.release("Blue Garden"), catalogue.release("Green Garden")
        with core_app.app_context(), Session(db.engine) as first, Session(db.engine) as second:
            note_changes(first, Subject.RELEASE, [one])
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError):
                note_changes(second, Subject.RELEASE, [other])
            second.rollback()
            first.commit()
            note_changes(second, Subject.RELEASE, [other])
            second.commit()
            numbers = dict(second.execute(select(SearchChangeRow.subject_id, SearchChangeRow.number)).all())
        assert numbers[one] < numbers[other]
