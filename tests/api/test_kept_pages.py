from __future__ import annotations

import threading

import pytest

from apps.core.client.in_process import InProcessClient
from apps.core.client.kept import ASK_EVERY, KeptPage, KeptPages
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.catalogue import GetCatalogueState, ListReleases, ReleaseOrder
from apps.core.contract.codec import encoder
from apps.core.contract.errors import CelestaError, Forbidden, Unauthenticated
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.meter import Meter
from ports.environment import Environment

encode = encoder.encode
LISTENER = Actor(Service.API, plan="none", scopes=frozenset(Scope))


def shout(page) -> bytes:
    return encode(page).upper()


@pytest.fixture
def client(core_app) -> InProcessClient:
    return InProcessClient(core_app, Service.API)


@pytest.fixture
def pages(client, clock, seconds) -> KeptPages:
    return KeptPages(client, clock, seconds)


@pytest.fixture
def asked(core_app):
    """How often Core was sent an Action of that kind."""
    costs = core_app.extensions["container"].get(Meter).costs
    return lambda kind: costs[kind.__name__].count if kind.__name__ in costs else 0


class TestKeeping:
    def test_core_is_asked_once(self, pages, asked, catalogue):
        catalogue.release(tracks=1)
        first, second = (pages.get(ListReleases(), LISTENER, encode) for _ in range(2))
        assert first is second
        assert b"Blue Garden" in first.body
        assert asked(ListReleases) == 1

    @pytest.mark.parametrize(
        "other",
        [
            (ListReleases(ReleaseOrder.TITLE), LISTENER, encode, ""),
            (ListReleases(size=10), LISTENER, encode, ""),
            (ListReleases(), Actor(Service.API, territory="JP"), encode, ""),
            (ListReleases(), Actor(Service.API, plan="full"), encode, ""),
            (ListReleases(), LISTENER, shout, ""),
            (ListReleases(), LISTENER, encode, "de"),
        ],
        ids=["order", "size", "territory", "plan", "rendering", "locale"],
    )
    def test_what_differs_is_kept_apart(self, pages, asked, other):
        pages.get(ListReleases(), LISTENER, encode)
        pages.get(*other)
        assert asked(ListReleases) == 2

    def test_who_asks_makes_no_difference(self, pages, asked, ana, ben):
        for someone in (ana, ben):
            pages.get(ListReleases(), Actor(Service.API, account_id=someone.actor.account_id, scopes=frozenset(Scope)), encode)
        assert asked(ListReleases) == 1

    def test_the_permission_is_asked_for_every_time(self, pages):
        pages.get(ListReleases(), LISTENER, encode)
        with pytest.raises(Forbidden, match="scope catalogue"):
            pages.get(ListReleases(), Actor(Service.API, scopes=frozenset({Scope.HISTORY})), encode)

    def test_nothing_personal_can_be_kept(self, pages, ana):
        actor = Actor(Service.API, account_id=ana.actor.account_id, roles=frozenset({"listener"}))
        with pytest.raises(Unauthenticated):
            pages.get(ListRecentlyPlayed(), actor, encode)

    def test_refusals_are_not_kept(self, pages, asked):
        for _ in range(2):
            with pytest.raises(CelestaError):
                pages.get(ListReleases(cursor="foreign"), LISTENER, encode)
        assert asked(ListReleases) == 2

    def test_the_tag_follows_the_bytes(self):
        assert KeptPage.of(b"one").etag == KeptPage.of(b"one").etag != KeptPage.of(b"two").etag

    def test_can_be_switched_off(self, client, clock, asked):
        pages = KeptPages.from_env(Environment({"KEEP_PAGES": "off"}), client, clock)
        for _ in range(2):
            pages.get(ListReleases(), LISTENER, encode)
        assert asked(ListReleases) == 2


class TestDropping:
    def test_a_change_is_seen_when_the_state_is_next_asked_for(self, pages, seconds, catalogue):
        catalogue.release("Blue Garden", tracks=1)
        pages.get(ListReleases(), LISTENER, encode)
        catalogue.release("Silent River", tracks=1)
        seconds.now += ASK_EVERY * 0.9
        assert b"Silent River" not in pages.get(ListReleases(), LISTENER, encode).body
        seconds.now += ASK_EVERY * 0.2
        assert b"Silent River" in pages.get(ListReleases(), LISTENER, encode).body

    def test_nothing_is_dropped_while_nothing_changes(self, pages, seconds, asked, catalogue):
        catalogue.release(tracks=1)
        for _ in range(5):
            pages.get(ListReleases(), LISTENER, encode)
            seconds.now += ASK_EVERY
        assert asked(ListReleases) == 1
        assert asked(GetCatalogueState) == 5

    def test_the_state_is_asked_for_once_a_second(self, pages, seconds, asked):
        for _ in range(20):
            pages.get(ListReleases(), LISTENER, encode)
            seconds.now += ASK_EVERY / 10
        assert asked(GetCatalogueState) == 2

    def test_what_changes_without_the_catalogue_is_kept_for_a_moment(self, pages, seconds, asked):
        for _ in range(2):
            pages.get(ListReleases(), LISTENER, encode, lasting=5)
        assert asked(ListReleases) == 1
        seconds.now += 5
        pages.get(ListReleases(), LISTENER, encode, lasting=5)
        assert asked(ListReleases) == 2

    def test_a_deal_that_begins_drops_the_page_at_once(self, pages, clock, catalogue):
        catalogue.release(tracks=1)
        clock.advance(-3600)  # an hour before the deal begins
        assert b"Blue Garden" not in pages.get(ListReleases(), LISTENER, encode).body
        clock.advance(3600)
        assert b"Blue Garden" in pages.get(ListReleases(), LISTENER, encode).body

    def test_past_a_boundary_nothing_is_kept_until_the_next_one_is_known(self, pages, clock, seconds, asked, catalogue):
        catalogue.release(tracks=1)
        clock.advance(-3600)
        pages.get(ListReleases(), LISTENER, encode)
        clock.advance(3600)
        for _ in range(2):
            pages.get(ListReleases(), LISTENER, encode)
        assert asked(ListReleases) == 3
        seconds.now += ASK_EVERY
        for _ in range(2):
            pages.get(ListReleases(), LISTENER, encode)
        assert asked(ListReleases) == 4

    def test_what_was_asked_for_before_a_change_does_not_outlive_it(self, pages, seconds, catalogue):
        catalogue.release("Blue Garden", tracks=1)
        on_its_way = iter([True])

        def late(page) -> bytes:
            """The catalogue changes, and another request learns of it, while this page is on its way for the first time."""
            if next(on_its_way, False):
                catalogue.release("Silent River", tracks=1)
                seconds.now += ASK_EVERY
                pages.get(ListReleases(), LISTENER, encode)
            return encode(page)

        assert b"Silent River" not in pages.get(ListReleases(), LISTENER, late).body
        assert b"Silent River" in pages.get(ListReleases(), LISTENER, late).body

    def test_without_core_nothing_kept_is_given_away(self, pages, seconds, core_app, asked):
        pages.get(ListReleases(), LISTENER, encode)
        seconds.now += ASK_EVERY
        bus, pages._client._bus = pages._client._bus, Unreachable()
        with pytest.raises(CelestaError):
            pages.get(ListReleases(), LISTENER, encode)
        pages._client._bus = bus
        pages.get(ListReleases(), LISTENER, encode)
        assert asked(ListReleases) == 2


class Unreachable:
    """What stands in Core's place when it is gone."""

    def send(self, *_):
        from apps.core.contract.errors import Unavailable

        raise Unavailable("Core does not answer.")


class TestBounds:
    def test_the_oldest_make_room(self, client, clock, seconds, asked):
        pages = KeptPages(client, clock, seconds, most_pages=2)
        for size in (1, 2, 3, 3, 2, 1):
            pages.get(ListReleases(size=size), LISTENER, encode)
        assert asked(ListReleases) == 4

    def test_the_bytes_are_counted(self, client, clock, seconds, asked):
        length = len(encode(KeptPages(client, clock).get(ListReleases(), LISTENER, encode).body))
        pages = KeptPages(client, clock, seconds, most_bytes=length * 2)
        for size in (1, 2, 3, 4):
            pages.get(ListReleases(size=size), LISTENER, encode)
        assert pages._generation.size <= length * 2
        assert len(pages._generation.pages) < 4

    def test_a_page_larger_than_all_the_room_is_given_but_not_kept(self, client, clock, seconds, asked):
        pages = KeptPages(client, clock, seconds, most_bytes=3)
        assert pages.get(ListReleases(), LISTENER, encode).body
        pages.get(ListReleases(), LISTENER, encode)
        assert asked(ListReleases) == 2


class TestThreads:
    def test_only_one_of_many_asks_for_the_state(self, pages, asked):
        together = threading.Barrier(8)

        def ask() -> None:
            together.wait()
            for _ in range(20):
                pages.get(ListReleases(), LISTENER, encode)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert asked(GetCatalogueState) == 1
