"""The index follows the catalogue, in every process."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from apps.core.app import create_core
from apps.core.catalogue.models import ReleaseRow
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.errors import Unavailable
from apps.core.contract.search import Search
from apps.core.database import close_engines, db
from apps.core.search import index as indexing
from apps.core.search import keeping, reading
from apps.core.search.changes import Subject, note_changes
from apps.core.search.keeping import SearchIndexes
from apps.core.search.models import SearchChangeRow

LATEST_ALLOWED = 5.0


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

    def test_of_those_that_wait_one_reads(self, indexes, core_app):
        with core_app.app_context():
            first = indexes._first()
            assert indexes._first() is first

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
