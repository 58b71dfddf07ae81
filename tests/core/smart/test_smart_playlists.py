"""Playlists made of rules: what fits, for whom, in which order, and what no rule may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from apps.core.catalogue.models import LabelRow, RecordingRow, ReleaseRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.codec import decode_action, encoder
from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.library import AddFavourite, TrackSubject
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.paging import encode_cursor
from apps.core.contract.playlists import (
    AddToPlaylist,
    DeletePlaylist,
    EditPlaylist,
    GetPlaylistTracks,
    ListPlaylists,
    MoveInPlaylist,
    PlaylistChanged,
    RemoveFromPlaylist,
    Visibility,
)
from apps.core.contract.smart import (
    MOST_RULES,
    ChangeSmartRule,
    CreateSmartPlaylist,
    DayField,
    DaysRule,
    ExplicitRule,
    FavouriteRule,
    GetSmartPlaylist,
    InnerGroup,
    InnermostGroup,
    Match,
    NumberField,
    NumberRule,
    NumberTest,
    PlaylistRule,
    PreviewSmartRule,
    RuleGroup,
    SmartOrder,
    SmartRule,
    TextField,
    TextRule,
    TextTest,
)
from apps.core.database import db

JAZZ = TextRule(TextField.GENRE, TextTest.IS, "jazz")


def rule(*rules, match=Match.ALL, **more) -> SmartRule:
    return SmartRule(RuleGroup(match, rules), **more)


@pytest.fixture
def music(shelf, visitor, core_app):
    """Three releases of two tracks: Blue by Ada (Jazz, 1994, by Owl), Green by Ben & Co (Pop, 2012), Grey 50% by Cem_ (neither)."""
    ids = [
        shelf.release("Blue", "Ada", 2, genre="Jazz", year=1994),
        shelf.release("Green", "Ben & Co", 2, genre="Pop", year=2012),
        shelf.release("Grey 50%", "Cem_", 2),
    ]
    with core_app.app_context(), db.engine.begin() as connection:
        label_id = new_id()
        connection.execute(LabelRow.__table__.insert().values(id=label_id, name="Owl", name_key="owl"))
        connection.execute(update(ReleaseRow).where(ReleaseRow.id == ids[0]).values(label_id=label_id))
        connection.execute(update(RecordingRow).where(RecordingRow.title == "Ada 2").values(explicit=True, duration_ms=60_999))
    return [visitor.send(GetRelease(release_id)) for release_id in ids]


@pytest.fixture
def fits(ana, music):
    """The titles of what fits a rule for Ana."""
    return lambda *rules, who=ana, **more: sorted(one.title for one in who.send(PreviewSmartRule(rule(*rules, **more))).tracks)


EVERYTHING = ["Ada 1", "Ada 2", "Ben & Co 1", "Ben & Co 2", "Cem_ 1", "Cem_ 2"]


class TestARule:
    @pytest.mark.parametrize(
        ("one", "fitting"),
        [
            (TextRule(TextField.TITLE, TextTest.IS, "ADA 1"), ["Ada 1"]),
            (TextRule(TextField.TITLE, TextTest.IS_NOT, "ada 1"), EVERYTHING[1:]),
            (TextRule(TextField.TITLE, TextTest.CONTAINS, "a 2"), ["Ada 2"]),
            (TextRule(TextField.ARTIST, TextTest.BEGINS_WITH, "ben"), EVERYTHING[2:4]),
            (TextRule(TextField.ARTIST, TextTest.CONTAINS_NOT, "e"), EVERYTHING[:2]),
            (TextRule(TextField.RELEASE, TextTest.CONTAINS, "50%"), EVERYTHING[4:]),
            (TextRule(TextField.RELEASE, TextTest.CONTAINS, "%"), EVERYTHING[4:]),
            (TextRule(TextField.ARTIST, TextTest.CONTAINS, "_"), EVERYTHING[4:]),
            (TextRule(TextField.LABEL, TextTest.IS, "owl"), EVERYTHING[:2]),
            (TextRule(TextField.LABEL, TextTest.IS_NOT, "owl"), EVERYTHING[2:]),
            (JAZZ, EVERYTHING[:2]),
            (TextRule(TextField.GENRE, TextTest.CONTAINS_NOT, "jazz"), EVERYTHING[2:]),
            (TextRule(TextField.TITLE, TextTest.CONTAINS, "' OR 1=1 --"), []),
            (NumberRule(NumberField.YEAR, NumberTest.IS, 1994), EVERYTHING[:2]),
            (NumberRule(NumberField.YEAR, NumberTest.AT_LEAST, 1995), EVERYTHING[2:4]),
            (NumberRule(NumberField.YEAR, NumberTest.AT_MOST, 2012), EVERYTHING[:4]),
            (NumberRule(NumberField.DURATION, NumberTest.IS, 60), ["Ada 2"]),
            (NumberRule(NumberField.DURATION, NumberTest.AT_MOST, 60), ["Ada 2"]),
            (NumberRule(NumberField.DURATION, NumberTest.AT_LEAST, 61), [EVERYTHING[0], *EVERYTHING[2:]]),
            (ExplicitRule(is_so=True), ["Ada 2"]),
            (ExplicitRule(is_so=False), [EVERYTHING[0], *EVERYTHING[2:]]),
            (DaysRule(DayField.ADDED, within=True, days=1), EVERYTHING),
            (DaysRule(DayField.ADDED, within=False, days=1), []),
        ],
    )  # fmt: skip
    def test_chooses_what_fits(self, fits, one, fitting):
        assert fits(one) == fitting

    def test_holds_all_any_or_none_in_one_another(self, fits):
        pop = TextRule(TextField.GENRE, TextTest.IS, "pop")
        assert fits(JAZZ, pop) == []
        assert fits(JAZZ, pop, match=Match.ANY) == EVERYTHING[:4]
        assert fits(JAZZ, pop, match=Match.NONE) == EVERYTHING[4:]
        inner = InnerGroup(Match.ALL, (JAZZ, InnermostGroup(Match.NONE, (ExplicitRule(is_so=True),))))
        assert fits(inner, pop, match=Match.ANY) == ["Ada 1", *EVERYTHING[2:4]]

    def test_knows_the_listener_s_own_plays_and_favourites(self, ana, ben, fits, music, clock):
        first, second = music[0].tracks
        started = clock.now() - timedelta(days=2)
        plays = [Play(f"event-0{number}", first.id, started - timedelta(minutes=number), 60_000) for number in range(3)]
        ana.send(RecordPlays((*plays, Play("event-09", second.id, clock.now() - timedelta(hours=1), 60_000))))
        ana.send(AddFavourite(TrackSubject(second.id)))
        plays_of = NumberField.PLAYS
        assert fits(NumberRule(plays_of, NumberTest.IS, 3)) == ["Ada 1"]
        assert fits(NumberRule(plays_of, NumberTest.AT_MOST, 0)) == EVERYTHING[2:]
        assert fits(DaysRule(DayField.LAST_PLAYED, within=True, days=1)) == ["Ada 2"]
        assert fits(DaysRule(DayField.LAST_PLAYED, within=False, days=1)) == ["Ada 1", *EVERYTHING[2:]]
        assert fits(FavouriteRule(is_so=True)) == ["Ada 2"]
        assert fits(FavouriteRule(is_so=False)) == ["Ada 1", *EVERYTHING[2:]]
        assert fits(FavouriteRule(is_so=True), who=ben) == fits(NumberRule(plays_of, NumberTest.AT_LEAST, 1), who=ben) == []

    def test_knows_what_is_in_playlists_that_the_listener_may_see(self, ana, ben, fits, music, playlist):
        ana.send(AddToPlaylist(playlist.id, (music[1].tracks[0].id,)))
        within, without = PlaylistRule(playlist.id, is_so=True), PlaylistRule(playlist.id, is_so=False)
        assert fits(within) == ["Ben & Co 1"]
        assert fits(without) == [*EVERYTHING[:2], *EVERYTHING[3:]]
        assert fits(within, who=ben) == []
        ana.send(EditPlaylist(playlist.id, "Evenings", "", Visibility.UNLISTED))
        assert fits(within, who=ben) == ["Ben & Co 1"]
        ana.send(DeletePlaylist(playlist.id))
        assert fits(within) == fits(within, who=ben) == []

    def test_knows_nothing_that_is_not_offered_here(self, fits, music, deals):
        deals.only(music[0].id, "JP")
        assert fits(JAZZ) == []


class TestOrderAndLimit:
    @pytest.mark.parametrize(
        ("order", "first"),
        [
            (SmartOrder.TITLE, "Ada 1"), (SmartOrder.ARTIST, "Ada 1"), (SmartOrder.LATEST, "Ben & Co 1"), (SmartOrder.NEWEST, "Cem_ 1"),
            (SmartOrder.MOST_PLAYED, "Ben & Co 2"), (SmartOrder.LEAST_RECENTLY_PLAYED, "Ada 1"),
        ],
    )  # fmt: skip
    def test_are_as_the_rule_says(self, ana, shelf, visitor, clock, order, first):
        releases = []
        for title, artist, year in (("Blue", "Ada", 1994), ("Green", "Ben & Co", 2012), ("Grey", "Cem_", None)):
            releases.append(visitor.send(GetRelease(shelf.release(title, artist, 2, year=year))))
            clock.advance(60)
        ana.send(RecordPlays((Play("event-01", releases[1].tracks[1].id, clock.now(), 60_000),)))
        wanted = rule(DaysRule(DayField.ADDED, within=True, days=1), order=order, limit=4)
        preview = ana.send(PreviewSmartRule(wanted))
        assert (preview.fitting, len(preview.tracks), preview.tracks[0].title) == (6, 4, first)


class TestASmartPlaylist:
    @pytest.fixture
    def smart(self, ana, music):
        return ana.send(
            CreateSmartPlaylist("Everything", rule(DaysRule(DayField.ADDED, within=True, days=1), order=SmartOrder.TITLE, limit=5))
        )

    @pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
    def test_is_read_by_pages_as_any_other(self, ana, smart, entries, size):
        found = entries(ana, smart.id, size=size)
        assert [(one.number, one.track.title) for one in found] == list(enumerate(EVERYTHING[:5], 1))
        assert ana.send(GetPlaylistTracks(smart.id)).playlist.tracks == 5

    def test_takes_one_statement_beside_its_own_however_many_tracks_it_has(self, ana, smart, statements):
        asked = (GetPlaylistTracks(smart.id), PreviewSmartRule(rule(JAZZ)))
        for query in asked:
            ana.send(query)
        before = [statements(query) for query in asked]
        for query in asked:
            ana.send(query)
        assert [statements(query) - one for query, one in zip(asked, before, strict=True)] == [2, 1]

    def test_changes_with_what_there_is_and_with_its_rule(self, ana, smart, entries, shelf, emitted):
        shelf.release("Aardvark", "Aa", 1)
        assert entries(ana, smart.id)[0].track.title == "Aa 1"
        other = rule(JAZZ, order=SmartOrder.TITLE)
        assert ana.send(ChangeSmartRule(smart.id, other)).smart
        assert [one.track.title for one in entries(ana, smart.id)] == EVERYTHING[:2]
        assert ana.send(GetSmartPlaylist(smart.id)).rule == other
        assert emitted(PlaylistChanged) == 2

    def test_is_for_whoever_looks(self, ana, ben, visitor, music, entries):
        mine = ana.send(CreateSmartPlaylist("Loved", rule(FavouriteRule(is_so=True)), visibility=Visibility.PUBLIC))
        ana.send(AddFavourite(TrackSubject(music[0].tracks[0].id)))
        assert len(entries(ana, mine.id)) == 1
        assert entries(ben, mine.id) == entries(visitor, mine.id) == []

    def test_is_changed_by_its_rule_alone(self, ana, ben, smart, music, playlist):
        assert ana.send(ListPlaylists()).items[0].smart
        track_id = music[0].tracks[0].id
        for command in (
            AddToPlaylist(smart.id, (track_id,)), RemoveFromPlaylist(smart.id, (track_id,)), MoveInPlaylist(smart.id, track_id, 1),
        ):  # fmt: skip
            with pytest.raises(Conflict):
                ana.send(command)
        for query in (GetSmartPlaylist(playlist.id), ChangeSmartRule(playlist.id, rule(JAZZ)), GetSmartPlaylist(new_id())):
            with pytest.raises(NotFound):
                ana.send(query)
        ana.send(EditPlaylist(smart.id, "Everything", "", Visibility.PUBLIC))
        with pytest.raises(Forbidden):
            ben.send(ChangeSmartRule(smart.id, rule(JAZZ)))
        with pytest.raises(NotFound):
            ben.send(GetSmartPlaylist(smart.id))

    @pytest.mark.parametrize("cursor", ["x", encode_cursor(0), encode_cursor(1, "0" * 22)])
    def test_refuses_a_foreign_cursor(self, ana, smart, cursor):
        with pytest.raises(Invalid):
            ana.send(GetPlaylistTracks(smart.id, cursor=cursor))

    def test_has_nothing_beyond_its_end(self, ana, smart):
        assert ana.send(GetPlaylistTracks(smart.id, cursor=encode_cursor(6))).entries.items == ()
        assert ana.send(GetPlaylistTracks(smart.id, cursor=encode_cursor(5))).entries.next is None

    def test_lies_in_a_folder_that_exists(self, ana):
        with pytest.raises(NotFound):
            ana.send(CreateSmartPlaylist("Jazz", rule(JAZZ), folder_id=new_id()))


class TestBadInput:
    @pytest.mark.parametrize("depth", [4, 500, 1_000, 50_000])
    @pytest.mark.parametrize("begin", ['{"type":"group","match":"all","rules":[', '{"rules":['], ids=["kind first", "kind last"])
    def test_that_lies_deep_in_itself_is_refused_and_says_how_deep_it_may(self, depth, begin):
        end = "]}" if begin.startswith('{"type') else '],"type":"group","match":"all"}'
        group = begin * depth + encoder.encode(JAZZ).decode() + end * depth
        with pytest.raises(Invalid) as refused:
            decode_action(PreviewSmartRule, f'{{"rule":{{"group":{group}}}}}'.encode())
        assert "at most 3 deep" in refused.value.next_step

    @pytest.mark.parametrize(
        "kind", [PreviewSmartRule, lambda one: CreateSmartPlaylist("Many", one), lambda one: ChangeSmartRule(new_id(), one)]
    )
    def test_with_too_many_comparisons_is_refused(self, ana, kind):
        group = InnerGroup(Match.ANY, (JAZZ,) * 20)
        assert MOST_RULES < 60
        with pytest.raises(Invalid, match="This rule makes 60 comparisons"):
            ana.send(kind(rule(group, group, group)))

    def test_of_as_many_as_there_may_be_is_answered(self, ana, music):
        group = InnerGroup(Match.ANY, (JAZZ, InnermostGroup(Match.ALL, (JAZZ,) * 19)))
        assert ana.send(PreviewSmartRule(rule(group, group, *(JAZZ,) * 10))).fitting == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            {"type": "text", "field": "password_hash", "test": "is", "text": "x"}, {"type": "sql", "text": "1=1"},
            {"type": "text", "field": "title", "test": "like", "text": "x"},
            {"type": "number", "field": "year", "test": "is", "number": "1"},
            {"type": "text", "field": "title", "test": "is", "text": ""}, {"type": "group", "match": "all", "rules": []},
        ],
    )  # fmt: skip
    def test_of_no_kind_there_is_is_refused(self, wrong):
        group = {"type": "group", "match": "all", "rules": [wrong]}
        with pytest.raises(Invalid, match=r"rules\[0\]|rules"):
            decode_action(PreviewSmartRule, encoder.encode({"rule": {"group": group}}))
