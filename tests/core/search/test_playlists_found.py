"""Public playlists are found, and nothing is seen of any other, whatever the index has."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from apps.core.contract.accounts import RestoreAccount, SuspendAccount
from apps.core.contract.catalogue import GetRelease, ReleaseType
from apps.core.contract.playlists import (
    AddToPlaylist,
    CreatePlaylist,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    RemoveFromPlaylist,
    RestorePlaylist,
    Visibility,
)
from apps.core.contract.search import FoundPlaylist, Search, SearchKind
from apps.core.database import db
from apps.core.playlists.models import PlaylistRow
from apps.core.rights.terms import CommercialModel
from apps.core.search.models import SearchChangeRow
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf


@pytest.fixture
def release(core_app, visitor):
    """Of five tracks that everybody may play."""
    return visitor.send(GetRelease(Shelf(core_app, count()).release("Harbour Lights", "The Lanterns")))


@pytest.fixture
def make(ana, release):
    """A playlist with the tracks of the release, public unless said otherwise."""

    def make(title, description="", visibility=Visibility.PUBLIC, owner=ana, tracks=release.tracks):
        made = owner.send(CreatePlaylist(title, description, visibility))
        if tracks:
            owner.send(AddToPlaylist(made.id, tuple(track.id for track in tracks)))
        return made

    return make


@pytest.fixture
def names(find):
    return lambda text, **how: [one.title for one in find(text, **how).playlists]


class TestWhatIsFound:
    def test_is_what_its_card_needs(self, make, find, release):
        made = make("Late Trains", "For the way home")
        (found,) = find("late trians").playlists
        duration = sum(track.duration_ms for track in release.tracks)
        assert found == FoundPlaylist(made.id, "Late Trains", "For the way home", "Ana", 5, duration, None, ())

    def test_is_found_by_its_owner_and_by_how_it_is_described(self, make, names):
        make("Late Trains", "Piano for the way home")
        make("Piano")
        assert names("trains ana") == ["Late Trains"]
        assert sorted(names("ana")) == ["Late Trains", "Piano"]
        assert names("piano") == ["Piano", "Late Trains"]

    def test_of_a_long_description_only_the_beginning_counts(self, make, names):
        make("Late Trains", "word " * 14 + "xylophones")
        assert names("xylophones") == []

    def test_the_house_has_playlists_without_an_owner(self, make, find, core_app):
        made = make("Late Trains", "Piano")
        with core_app.app_context(), Session(db.engine) as session:
            session.execute(update(PlaylistRow).where(PlaylistRow.id == made.id).values(owner_id=None))
            session.commit()
        assert [one.owner for one in find("late trains").playlists] == [None]

    @pytest.mark.parametrize("title", [" ", "!!!", "\u2028", "夜の電車", "x" * 200])
    def test_any_title_does(self, make, names, title):
        make(title, "Piano")
        assert names("ana") == [title]

    def test_anything_else_of_that_name_is_the_best_of_all(self, make, find):
        make("Lantern")
        make("Harbour Lights")
        assert find("lantern").top is SearchKind.ARTIST
        assert find("harbour lights").top is SearchKind.RELEASE

    def test_alone_it_is_the_best(self, make, find):
        make("Late Trains")
        assert find("late trains").top is SearchKind.PLAYLIST

    def test_can_be_asked_for_alone(self, make, find):
        make("Harbour Lights")
        found = find("harbour lights", kinds=(SearchKind.PLAYLIST,))
        assert (len(found.playlists), found.releases, found.tracks) == (1, (), ())
        assert find("harbour lights", kinds=(SearchKind.RELEASE,)).playlists == ()

    @pytest.mark.parametrize(
        "filters", [{"type": ReleaseType.ALBUM}, {"genre": "Jazz"}, {"label": "Quay"}, {"first_year": 0}, {"last_year": 9999}]
    )
    def test_passes_no_filter_that_says_nothing_of_it(self, make, names, filters):
        make("Late Trains")
        assert names("late trains", **filters) == []

    def test_can_be_narrowed_to_where_something_may_be_played(self, make, names, ana, release, core_app):
        make("Late Trains")
        assert names("late trains", sender=ana, playable=True) == ["Late Trains"]
        Deals(core_app).only(release.id, model=CommercialModel.SUBSCRIPTION)
        assert names("late trains", sender=ana, playable=True) == []
        assert names("late trains", sender=ana) == ["Late Trains"]

    def test_is_read_by_a_process_that_begins(self, make, visitor):
        make("Late Trains")
        make("Early Trains", visibility=Visibility.PRIVATE)
        assert [one.title for one in visitor.send(Search("trains")).playlists] == ["Late Trains"]


class TestWhoSeesIt:
    """By an index that has no part in it: it does not look again, as it were still within its second."""

    @pytest.fixture
    def seen(self, visitor, indexes):
        indexes.timer = lambda: 0.0
        return lambda text: [one.title for one in visitor.send(Search(text)).playlists]

    @pytest.fixture
    def made(self, make, find, seen):
        made = make("Late Trains")
        assert find("late trains").playlists
        assert seen("late trains") == ["Late Trains"]
        return made

    @pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.UNLISTED])
    def test_one_that_is_public_no_more_is_gone_at_once(self, made, ana, seen, visibility):
        ana.send(EditPlaylist(made.id, "Late Trains", "", visibility))
        assert seen("late trains") == []

    def test_one_that_is_deleted_is_gone_at_once(self, made, ana, seen):
        ana.send(DeletePlaylist(made.id))
        assert seen("late trains") == []

    def test_one_that_is_empty_is_gone_at_once_and_back_with_a_track(self, made, ana, seen, release):
        entries = ana.send(GetPlaylistTracks(made.id)).entries.items
        ana.send(RemoveFromPlaylist(made.id, tuple(one.id for one in entries)))
        assert seen("late trains") == []
        ana.send(AddToPlaylist(made.id, (release.tracks[0].id,)))
        assert seen("late trains") == ["Late Trains"]

    def test_those_of_a_suspended_account_are_gone_until_it_is_restored(self, made, administrator, seen):
        administrator.send(SuspendAccount("ana@example.com"))
        assert seen("late trains") == []
        administrator.send(RestoreAccount("ana@example.com"))
        assert seen("late trains") == ["Late Trains"]


class TestFollowing:
    @pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.UNLISTED])
    def test_what_is_not_public_is_not_even_in_the_index(self, make, find, ana, indexes, core_app, visibility):
        find("late trains")
        with core_app.app_context():
            before = len(indexes.current())
        make("Late Trains", visibility=visibility)
        assert find("late trains", ana).playlists == ()
        with core_app.app_context():
            assert len(indexes.current()) == before

    def test_what_becomes_public_is_found_and_what_becomes_private_leaves(self, make, names, find, ana, indexes, core_app):
        made = make("Late Trains", visibility=Visibility.PRIVATE)
        assert names("late trains") == []
        ana.send(EditPlaylist(made.id, "Late Trains", "", Visibility.PUBLIC))
        assert names("late trains") == ["Late Trains"]
        with core_app.app_context():
            before = len(indexes.current())
        ana.send(EditPlaylist(made.id, "Late Trains", "", Visibility.PRIVATE))
        assert names("late trains") == []
        with core_app.app_context():
            assert len(indexes.current()) == before - 1

    def test_new_words_take_the_place_of_the_old_ones(self, make, names, ana):
        made = make("Late Trains", "Piano")
        assert names("late trains") == ["Late Trains"]
        ana.send(EditPlaylist(made.id, "Early Buses", "Piano", Visibility.PUBLIC))
        assert (names("late trains"), names("early buses")) == ([], ["Early Buses"])
        ana.send(EditPlaylist(made.id, "Early Buses", "Guitars", Visibility.PUBLIC))
        assert (names("piano"), names("guitars")) == ([], ["Early Buses"])

    def test_what_is_deleted_leaves_and_comes_back(self, make, names, ana):
        made = make("Late Trains")
        ana.send(DeletePlaylist(made.id))
        assert names("late trains") == []
        ana.send(RestorePlaylist(made.id))
        assert names("late trains") == ["Late Trains"]

    def test_nobody_waits_for_what_changes_nothing_of_that(self, make, ana, left, release):
        private = make("Late Trains", visibility=Visibility.PRIVATE)
        ana.send(EditPlaylist(private.id, "Later Trains", "", Visibility.UNLISTED))
        ana.send(DeletePlaylist(private.id))
        assert left(SearchChangeRow.number) == []
        public = make("Early Trains")
        before = left(SearchChangeRow.number)
        assert len(before) == 1
        ana.send(AddToPlaylist(public.id, (release.tracks[0].id,)))
        ana.send(EditPlaylist(public.id, "Early Trains", "", Visibility.PUBLIC))
        assert left(SearchChangeRow.number) == before
