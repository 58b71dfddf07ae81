"""Whom an imported folder is for: all of it, whenever it was delivered, and nothing becomes free unless somebody says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from apps.core.catalogue.models import CatalogueVersionRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.intake import CompleteDelivery, FolderAudience, OpenDelivery, RecordFiles, SetFolderAudience
from apps.core.contract.playback import StartPlayback
from apps.core.database import reader
from apps.core.intake import audience
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.terms import CommercialModel, UseType
from tests.factories.catalogue import SOURCE
from tests.factories.deals import Deals

EVERYBODY = [(CommercialModel.OWN_MUSIC.value, use.value, "WW") for use in sorted(UseType)]
SUBSCRIBERS = [(CommercialModel.SUBSCRIPTION.value, use.value, "WW") for use in sorted(UseType)]


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def deliver(catalogue):
    """Delivers one more release of the folder."""

    def add(title: str, source: str = SOURCE, subscribers_only: bool | None = None) -> str:
        (release_id,) = catalogue.deliver(catalogue.files(title, [title]), source, subscribers_only=subscribers_only)
        return release_id

    return add


@pytest.fixture
def move(operator):
    """Lets the folder be for these to the end; returns how many releases each call moved."""

    def move(*, subscribers_only: bool | None, source: str = SOURCE) -> list[int]:
        done = operator.send(SetFolderAudience(source, subscribers_only))
        moved = [done.moved]
        while done.next is not None:
            done = operator.send(SetFolderAudience(source, done.subscribers_only, done.next))
            moved.append(done.moved)
        return moved

    return move


@pytest.fixture
def version(core_app):
    def read() -> int | None:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(CatalogueVersionRow.version))

    return read


class TestAFolder:
    def test_becomes_the_subscribers_and_everybodys_again(self, ana, on_plan, catalogue, clock, move, deals):
        release_id = catalogue.release("Blue Garden", tracks=1)
        (track,) = ana.send(GetRelease(release_id)).tracks
        for wanted in (True, False, True):
            clock.advance(1)
            assert sum(move(subscribers_only=wanted)) == 1
            assert ana.send(StartPlayback(track.id, "phone")).preview is wanted
        assert deals.holding(release_id) == SUBSCRIBERS

    def test_moves_whole_some_releases_at_a_time_whichever_delivery_brought_them(self, deliver, move, deals, monkeypatch, catalogue):
        monkeypatch.setattr(audience, "MOVED_AT_ONCE", 2)
        titles = [f"Garden {number}" for number in range(5)]
        together = catalogue.deliver([file for title in titles for file in catalogue.files(title, [title])])
        single, foreign = deliver("Green Garden"), deliver("Elsewhere", "/music/below")
        moved = move(subscribers_only=True)
        assert (sum(moved), max(moved)) == (6, 2)
        assert all(deals.holding(one) == SUBSCRIBERS for one in (*together, single))
        assert deals.holding(foreign) == EVERYBODY

    def test_that_is_for_them_already_stays_and_no_list_is_made_anew(self, deliver, move, version, deals):
        release_id = deliver("Blue Garden", subscribers_only=True)
        before = version()
        assert move(subscribers_only=True) == [0]
        assert version() == before
        assert move(subscribers_only=False) == [1]
        assert version() == before + 1
        assert deals.holding(release_id) == EVERYBODY

    def test_of_which_nothing_was_delivered_is_for_everybody(self, operator):
        for wanted in (None, False, True):
            assert operator.send(SetFolderAudience("/nothing", wanted)) == FolderAudience(bool(wanted), 0, None)

    def test_keeps_what_was_withdrawn_withdrawn(self, deliver, move, deals, clock, catalogue):
        release_id, gone = deliver("Blue Garden"), deliver("Green Garden")
        clock.advance(1)
        deals.withdraw((DealRow.release_id == gone) | (DealRow.use_type == UseType.ON_DEMAND_STREAM))
        clock.advance(1)
        left = [one for one in SUBSCRIBERS if one[1] != UseType.ON_DEMAND_STREAM]
        assert sum(move(subscribers_only=True)) == 1
        assert (deals.holding(release_id), deals.holding(gone)) == (left, [])
        for title in ("Blue Garden", "Green Garden"):
            catalogue.deliver(catalogue.files(title, [title], genre="Pop"))
        assert (deals.holding(release_id), deals.holding(gone)) == (left, [])

    def test_keeps_the_terms_of_its_deals(self, deliver, move, deals, clock, sender, visitor):
        release_id = deliver("Blue Garden")
        deals.only(release_id, "GB", ends_at=None)
        deals.add(release_id, excluded=("JP",))
        clock.advance(1)
        assert sum(move(subscribers_only=True)) == 1
        with deals.core.app_context(), reader() as connection:
            wanted = select(DealRow.territory, DealExclusionRow.territory).outerjoin(DealExclusionRow).where(DealRow.ends_at.is_(None))
            assert sorted(map(tuple, connection.execute(wanted))) == [("GB", None), ("WW", "JP")]


class TestWithoutAWord:
    def test_a_new_folder_is_for_everybody(self, deliver, deals):
        assert deals.holding(deliver("Blue Garden")) == EVERYBODY

    def test_it_stays_for_subscribers_and_what_is_new_is_too(self, deliver, deals, move):
        deliver("Blue Garden", subscribers_only=True)
        assert move(subscribers_only=None) == [0]
        assert deals.holding(deliver("Green Garden")) == SUBSCRIBERS
        move(subscribers_only=False)
        assert deals.holding(deliver("Red Garden")) == EVERYBODY

    def test_what_was_left_free_beside_it_is_for_subscribers_too(self, deliver, deals, move):
        first = deliver("Blue Garden")
        deliver("Green Garden", subscribers_only=True)
        assert sum(move(subscribers_only=None)) == 1
        assert deals.holding(first) == SUBSCRIBERS

    def test_nothing_becomes_free(self, deliver, deals, move):
        first = deliver("Blue Garden", subscribers_only=True)
        deliver("Green Garden", subscribers_only=False)
        assert move(subscribers_only=None) == [0]
        assert deals.holding(first) == SUBSCRIBERS


class TestWhatIsStillToBeWritten:
    def test_is_for_whom_the_folder_is_by_then(self, operator, catalogue, move, deals):
        delivery_id = operator.send(OpenDelivery(SOURCE, subscribers_only=False))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Blue Garden", ["Dawn"]))))
        operator.send(CompleteDelivery(delivery_id))
        assert move(subscribers_only=True) == [0]
        release_id = catalogue.receive(*catalogue.waiting("receive"))
        assert deals.holding(release_id) == SUBSCRIBERS
