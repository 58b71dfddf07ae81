"""The home page: its shelves, by kind, place and moment, and how staff arrange them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetCatalogueState, GetRelease, ListSeries
from apps.core.contract.editorial import (
    MOST_SHELVES,
    Chosen,
    GetHome,
    ListShelves,
    MoveShelf,
    PickedPlaylist,
    PreviewHome,
    PutShelf,
    RemoveShelf,
    ShelfKind,
)
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, EditPlaylist, Visibility
from apps.core.meter import Meter
from tests.conftest import START

HOUR = timedelta(hours=1)


@pytest.fixture
def put(staff):
    """Arranges a shelf of these releases or series."""

    def put(title, *chosen, kind=ShelfKind.RELEASES, starts_at=START, **more):
        items = tuple(one if isinstance(one, Chosen) else Chosen(one) for one in chosen)
        return staff.send(PutShelf(title, kind, items, starts_at, **more))

    return put


def titles(home):
    return [(shelf.title, [one.release.title for one in shelf.releases] or [one.title for one in shelf.series]) for shelf in home.shelves]


class TestGetHome:
    def test_has_the_newest_releases_and_series_as_long_as_nobody_has_arranged_anything(self, visitor, catalogue, clock):
        assert visitor.send(GetHome()).shelves == ()
        catalogue.release("Winter Songs, Vol. 1", tracks=1, compilation=True)
        clock.advance(60)
        catalogue.release("Blue Garden", tracks=1)
        assert titles(visitor.send(GetHome())) == [
            ("Newest releases", ["Blue Garden", "Winter Songs, Vol. 1"]), ("Series", ["Winter Songs"]),
        ]  # fmt: skip

    def test_has_the_shelves_in_their_order_with_what_we_say_of_each(self, visitor, catalogue, put):
        blue, green = catalogue.release("Blue Garden", tracks=1), catalogue.release("Green Garden", tracks=1)
        catalogue.release("Winter Songs, Vol. 1", tracks=1, compilation=True)
        (series,) = visitor.send(ListSeries()).items
        put("Record of the week", Chosen(green, "Quiet and **warm**."), kind=ShelfKind.FEATURE)
        put("By the pond", green, blue)
        put("On our shelves", series.id, kind=ShelfKind.SERIES)
        put("New", kind=ShelfKind.NEWEST)
        home = visitor.send(GetHome())
        assert titles(home)[:3] == [
            ("Record of the week", ["Green Garden"]),
            ("By the pond", ["Green Garden", "Blue Garden"]),
            ("On our shelves", ["Winter Songs"]),
        ]  # fmt: skip
        assert [shelf.kind for shelf in home.shelves] == [ShelfKind.FEATURE, ShelfKind.RELEASES, ShelfKind.SERIES, ShelfKind.NEWEST]
        assert home.shelves[0].releases[0].note == "Quiet and **warm**."
        assert home.shelves[2].series == (series,)
        assert len(home.shelves[3].releases) == 3

    def test_shows_a_shelf_from_its_start_to_its_end_and_says_when_that_is(self, visitor, catalogue, put, clock):
        put("Tonight", catalogue.release(tracks=1), starts_at=START + HOUR, ends_at=START + 3 * HOUR)
        seen = []
        for _ in range(4):
            seen.append((len(visitor.send(GetHome()).shelves), visitor.send(GetCatalogueState()).next_boundary))
            clock.advance(3600)
        assert seen == [(0, START + HOUR), (1, START + 3 * HOUR), (1, START + 3 * HOUR), (0, None)]

    def test_shows_a_shelf_where_it_is_for(self, sender, catalogue, put):
        put("For the Alps", catalogue.release(tracks=1), territories=("AT", "CH"))
        shown = {place: len(sender(Actor(Service.WEBSITE, place)).send(GetHome()).shelves) for place in ("AT", "CH", "DE")}
        assert shown == {"AT": 1, "CH": 1, "DE": 0}

    def test_leaves_out_what_is_not_offered_here_and_a_shelf_that_it_leaves_empty(self, sender, catalogue, put, deals):
        blue, green = catalogue.release("Blue Garden", tracks=1), catalogue.release("Green Garden", tracks=1)
        deals.only(green, "JP")
        put("Gardens", blue, green)
        put("Green", green)
        here, japan = (sender(Actor(Service.WEBSITE, place)).send(GetHome()) for place in ("GB", "JP"))
        assert titles(here) == [("Gardens", ["Blue Garden"])]
        assert titles(japan) == [("Gardens", ["Blue Garden", "Green Garden"]), ("Green", ["Green Garden"])]

    def test_has_public_playlists_as_long_as_they_are_that(self, visitor, catalogue, put, ana):
        (track,) = ana.send(GetRelease(catalogue.release(tracks=1))).tracks
        mine = ana.send(CreatePlaylist("Evenings", "Slow ones", Visibility.PUBLIC))
        put("Made by us", Chosen(mine.id, "For the fire"), kind=ShelfKind.PLAYLISTS)
        assert visitor.send(GetHome()).shelves == ()
        ana.send(AddToPlaylist(mine.id, (track.id,)))
        (shelf,) = visitor.send(GetHome()).shelves
        assert shelf.playlists == (PickedPlaylist(mine.id, "Evenings", "Slow ones", 1, None, (), "For the fire"),)
        ana.send(EditPlaylist(mine.id, "Evenings", "Slow ones", Visibility.PRIVATE))
        assert visitor.send(GetHome()).shelves == ()
        with pytest.raises(NotFound, match="public playlist"):
            put("Made by us", mine.id, kind=ShelfKind.PLAYLISTS)

    def test_takes_five_statements_however_many_shelves_there_are(self, visitor, catalogue, put, core_app):
        blue = catalogue.release("Winter Songs, Vol. 1", tracks=1, compilation=True)
        (series,) = visitor.send(ListSeries()).items
        for number in range(3):
            put(f"Shelf {number}", blue)
            put(f"Series {number}", series.id, kind=ShelfKind.SERIES)
            put(f"New {number}", kind=ShelfKind.NEWEST)
        assert len(visitor.send(GetHome()).shelves) == 9
        assert core_app.extensions["container"].get(Meter).costs["GetHome"].statements == 5


class TestPreviewHome:
    def test_is_the_home_page_of_another_place_and_moment(self, staff, catalogue, put):
        put("Advent", catalogue.release(tracks=1), starts_at=START + 24 * HOUR, territories=("DE",))
        assert len(staff.send(PreviewHome("DE", START + 25 * HOUR)).shelves) == 1
        assert staff.send(PreviewHome("DE", START)).shelves == ()
        assert staff.send(PreviewHome("FR", START + 25 * HOUR)).shelves == ()


class TestPutShelf:
    def test_replaces_one_that_is_there_where_it_stands(self, staff, catalogue, put):
        blue = catalogue.release("Blue Garden", tracks=1)
        first, second = put("First", blue, territories=("GB", "FR", "GB")), put("Second", blue)
        assert staff.send(ListShelves())[0].territories == ("FR", "GB")
        assert put("New", kind=ShelfKind.NEWEST, shelf_id=first) == first
        shelves = staff.send(ListShelves())
        assert [(one.id, one.title, len(one.items), one.territories) for one in shelves] == [
            (first, "New", 0, ()), (second, "Second", 1, ()),
        ]  # fmt: skip
        assert shelves[1].items[0].title == "Blue Garden"

    @pytest.mark.parametrize(
        ("kind", "count", "more"),
        [
            (ShelfKind.FEATURE, 0, {}), (ShelfKind.FEATURE, 2, {}), (ShelfKind.NEWEST, 1, {}), (ShelfKind.RELEASES, 0, {}),
            (ShelfKind.SERIES, 0, {}), (ShelfKind.RELEASES, 1, {"ends_at": START}),
        ],
    )  # fmt: skip
    def test_refuses_what_no_shelf_can_be(self, staff, catalogue, put, kind, count, more):
        chosen = [catalogue.release(f"Blue Garden {number}", tracks=1) for number in range(count)]
        with pytest.raises(Invalid):
            put("Odd", *chosen, kind=kind, **more)
        assert staff.send(ListShelves()) == ()

    def test_refuses_what_stands_on_it_twice(self, catalogue, put):
        blue = catalogue.release(tracks=1)
        with pytest.raises(Invalid, match="twice"):
            put("Odd", blue, blue)

    @pytest.mark.parametrize("kind", [ShelfKind.RELEASES, ShelfKind.SERIES])
    def test_names_what_is_not_there(self, catalogue, put, kind):
        other = new_id()
        with pytest.raises(NotFound, match=other):
            put("Odd", other, kind=kind)
        with pytest.raises(NotFound, match="no such shelf"):
            put("Odd", catalogue.release(tracks=1), shelf_id=other)

    def test_has_room_for_so_many_and_no_more(self, staff, put):
        shelves = [put(f"New {number}", kind=ShelfKind.NEWEST) for number in range(MOST_SHELVES)]
        with pytest.raises(Conflict):
            put("One more", kind=ShelfKind.NEWEST)
        staff.send(RemoveShelf(shelves[0]))
        put("One more", kind=ShelfKind.NEWEST)


class TestMoveShelf:
    def test_has_it_stand_before_another_or_last(self, staff, put):
        one, two, three = (put(title, kind=ShelfKind.NEWEST) for title in ("One", "Two", "Three"))
        steps = (
            (one, one, [one, two, three]), (three, one, [three, one, two]), (three, None, [one, two, three]),
            (one, three, [two, one, three]),
        )  # fmt: skip
        for moved, before, order in steps:
            staff.send(MoveShelf(moved, before))
            assert [shelf.id for shelf in staff.send(ListShelves())] == order
        with pytest.raises(NotFound):
            staff.send(MoveShelf(new_id()))
        with pytest.raises(NotFound):
            staff.send(MoveShelf(one, new_id()))


class TestRemoveShelf:
    def test_takes_it_away_once_and_for_all(self, staff, visitor, catalogue, put):
        shelf_id = put("Gardens", catalogue.release(tracks=1), territories=("GB",))
        for _ in range(2):
            staff.send(RemoveShelf(shelf_id))
        assert staff.send(ListShelves()) == ()
        assert titles(visitor.send(GetHome())) == [("Newest releases", ["Blue Garden"])]
