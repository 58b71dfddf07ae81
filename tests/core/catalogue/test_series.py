"""Series of compilations: their shelves, and one of them, volume after volume."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ReleaseRow
from apps.core.contract.catalogue import GetSeries, ListSeries
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.database import db
from apps.core.meter import Meter


@pytest.fixture
def volume(catalogue):
    """Makes a volume of a series, by their titles."""

    def make(title: str, number: int) -> str:
        return catalogue.release(f"{title}, Vol. {number}", tracks=1, artist="Various Artists", compilation=True)

    return make


@pytest.fixture
def hide(core_app):
    def hide(release_id: str) -> None:
        with core_app.app_context(), Session(db.engine) as session, session.begin():
            session.execute(update(ReleaseRow).where(ReleaseRow.id == release_id).values(published_at=None))

    return hide


@pytest.fixture
def statements(core_app):
    meter = core_app.extensions["container"].get(Meter)
    return lambda name: meter.costs[name].statements


def walk(sender, size):
    shelves, cursor = [], None
    while True:
        page = sender.send(ListSeries(cursor, size))
        shelves += page.items
        if (cursor := page.next) is None:
            return shelves


class TestListSeries:
    def test_has_the_volumes_of_each_the_newest_first(self, visitor, volume, catalogue):
        second, tenth, first = (volume("Winter Songs", number) for number in (2, 10, 1))
        catalogue.release("Blue Garden", tracks=1)
        (shelf,) = visitor.send(ListSeries()).items
        assert (shelf.title, shelf.count) == ("Winter Songs", 3)
        assert [(one.number, one.release.id) for one in shelf.volumes] == [(10, tenth), (2, second), (1, first)]

    def test_leaves_out_what_cannot_be_seen_here(self, visitor, volume, hide):
        hide(volume("Winter Songs", 1))
        seen = volume("Summer Songs", 1)
        hide(volume("Summer Songs", 2))
        (shelf,) = visitor.send(ListSeries()).items
        assert (shelf.count, [one.release.id for one in shelf.volumes]) == (1, [seen])

    def test_shows_no_more_spines_than_a_shelf_holds(self, visitor, volume):
        for number in range(1, 27):
            volume("Winter Songs", number)
        (shelf,) = visitor.send(ListSeries()).items
        assert (shelf.count, [one.number for one in shelf.volumes]) == (26, list(range(26, 2, -1)))

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_comes_page_by_page_by_title_each_series_once(self, visitor, volume, size):
        for title in ("Winter", "autumn", "Spring"):
            volume(title, 1)
            volume(title, 2)
        assert [(shelf.title, shelf.count) for shelf in walk(visitor, size)] == [("autumn", 2), ("Spring", 2), ("Winter", 2)]

    def test_takes_one_statement(self, visitor, volume, statements):
        for title in ("Winter", "Spring"):
            volume(title, 1)
        cursor = visitor.send(ListSeries(size=1)).next
        before = statements("ListSeries")
        assert len(visitor.send(ListSeries(cursor)).items) == 1
        assert statements("ListSeries") - before == 1

    def test_refuses_a_cursor_it_never_gave_out(self, visitor):
        with pytest.raises(Invalid):
            visitor.send(ListSeries("abc"))


class TestGetSeries:
    def test_has_every_volume_the_newest_first(self, visitor, volume, hide):
        first, third = volume("Winter Songs", 1), volume("Winter Songs", 3)
        hide(volume("Winter Songs", 2))
        (shelf,) = visitor.send(ListSeries()).items
        series = visitor.send(GetSeries(shelf.id))
        assert (series.id, series.title) == (shelf.id, "Winter Songs")
        assert [(one.number, one.release.id) for one in series.volumes] == [(3, third), (1, first)]

    def test_one_without_a_volume_here_is_not_found(self, visitor, volume, hide):
        release_id = volume("Winter Songs", 1)
        (shelf,) = visitor.send(ListSeries()).items
        hide(release_id)
        for series_id in (shelf.id, new_id()):
            with pytest.raises(NotFound):
                visitor.send(GetSeries(series_id))
