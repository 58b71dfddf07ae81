"""Taking all of one's data away: everything of one's own, and nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import count
from zipfile import ZipFile

import msgspec
import pytest

from apps.core.client.interface import Sender
from apps.core.client.own_data import file_name, take_away
from apps.core.contract.accounts import TakeOwnData
from apps.core.contract.actions import Scope
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import TooMany
from apps.core.contract.library import AddFavourite, ArtistSubject, ReleaseSubject, TrackSubject
from apps.core.contract.listening import Play, RecordPlays, ReleaseSource
from apps.core.contract.oauth import ConnectApp, RegisterApp
from apps.core.contract.playlists import AddToPlaylist, CreateFolder, CreatePlaylist, DeletePlaylist, RestorePlaylist
from apps.core.contract.queue import QueueEntry, SaveQueue
from apps.core.contract.radio import HideTrack, StartStation, TrackSeed
from apps.core.contract.sharing import AcceptPlaylistInvitation, InviteToPlaylist, SharedRole
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from tests.conftest import START
from tests.factories.shelf import Shelf

SITE = "https://music.example"
RULE = SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)))


def take(who: Sender) -> dict[str, bytes]:
    """What is in the file, by name, in its order."""
    whole = BytesIO(b"".join(take_away(who, who.send(TakeOwnData()), SITE)))
    with ZipFile(whole) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read(files: dict[str, bytes], name: str):
    return msgspec.json.decode(files[f"{name}.json"])


@pytest.fixture
def release(core_app, visitor):
    return visitor.send(GetRelease(Shelf(core_app, count()).release("Blue", "The Lanterns", tracks=3)))


@pytest.fixture
def listen(release):
    """Hear a track so often, each time a minute earlier."""

    def listen(who: Sender, times: int, track: int = 0) -> None:
        plays = [
            Play(
                f"event-{number:06}", release.tracks[track].id, START - timedelta(minutes=number), 40_000, source=ReleaseSource(release.id)
            )
            for number in range(times)
        ]
        for begin in range(0, times, 200):
            who.send(RecordPlays(tuple(plays[begin : begin + 200])))

    return listen


class TestTakingAway:
    def test_has_all_that_is_ones_own(self, ana, ben, operator, release, listen):
        one, two, three = (track.id for track in release.tracks)
        for subject in (TrackSubject(one), ReleaseSubject(release.id), ArtistSubject(release.credits[0].artist_id)):
            ana.send(AddFavourite(subject))
        folder = ana.send(CreateFolder("Evenings"))
        made = ana.send(CreatePlaylist("Late", folder_id=folder.id))
        ana.send(AddToPlaylist(made.id, (two, one)))
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(made.id, SharedRole.EDITOR)).token))
        ben.send(AddToPlaylist(made.id, (three,)))
        ana.send(CreateSmartPlaylist("Clean", RULE))
        ana.send(SaveQueue(0, "laptop", (QueueEntry(two), QueueEntry(three))))
        ana.send(HideTrack(three))
        ana.send(StartStation(TrackSeed(one)))
        app = operator.send(RegisterApp("Pocket", ("https://pocket.example/back",), frozenset({Scope.LIBRARY}))).client
        ana.send(ConnectApp(app.id, frozenset({Scope.LIBRARY})))
        listen(ana, 1)
        files = take(ana)
        assert read(files, "profile")["account"]["email"] == "ana@example.com"
        favourites = read(files, "favourites")
        assert [len(favourites[kind]) for kind in ("tracks", "releases", "artists")] == [1, 1, 1]
        assert read(files, "folders") == [{"id": folder.id, "parent_id": None, "title": "Evenings"}]
        smart, playlist = read(files, "playlists")
        assert (smart["playlist"]["title"], smart["rule"]["group"]["match"], smart["entries"]) == ("Clean", "all", [])
        assert [(entry["track"]["track_id"], entry["own"]) for entry in playlist["entries"]] == [(two, True), (one, True), (three, False)]
        assert [(member["name"], member["role"]) for member in playlist["members"]] == [("Ana", "owner"), ("Ben", "editor")]
        assert [one["track"]["track_id"] for one in read(files, "queue")["tracks"]] == [two, three]
        assert [one["track_id"] for one in read(files, "hidden-tracks")] == [three]
        assert [one["seed"]["track_id"] for one in read(files, "stations")] == [one]
        (play,) = read(files, "history")
        assert (play["track_id"], play["played_from"]["title"], play["played_from"]["source"]["type"]) == (one, "Blue", "release")
        assert [one["name"] for one in read(files, "connected-apps")] == ["Pocket"]
        assert (read(files, "devices")["items"], read(files, "subscriptions")["all"], read(files, "payments")) == ([], [], [])
        assert b"The Lanterns 2" in files["playlists/0002 Late.csv"]
        assert "playlists/0001 Clean.jspf" in files
        assert all(name in files["README.txt"].decode() for name in files if name.endswith(".json"))
        assert "Left out" not in files["README.txt"].decode()

    def test_has_deleted_playlists_that_can_be_brought_back(self, ana, ben, release, clock):
        made = ana.send(CreatePlaylist("Late"))
        ana.send(AddToPlaylist(made.id, tuple(track.id for track in release.tracks) * 50))
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(made.id, SharedRole.EDITOR)).token))
        smart = ana.send(CreateSmartPlaylist("Clean", RULE))
        for playlist in (made, smart):
            ana.send(DeletePlaylist(playlist.id))
            clock.advance(1)
        files = take(ana)
        clean, late = read(files, "deleted-playlists")
        assert (clean["playlist"]["title"], clean["rule"]["group"]["match"], clean["entries"]) == ("Clean", "all", [])
        assert (late["playlist"]["title"], late["deleted_at"]) == ("Late", START.isoformat().replace("+00:00", "Z"))
        assert [entry["track"]["track_id"] for entry in late["entries"]] == [track.id for track in release.tracks] * 50
        assert [member["name"] for member in late["members"]] == ["Ana", "Ben"]
        assert read(files, "playlists") == read(take(ben), "playlists") == read(take(ben), "deleted-playlists") == []

    def test_has_the_pictures_of_one_s_playlists_where_these_say(self, ana, ben, release, pictured):
        made = [ana.send(CreatePlaylist(title)) for title in ("Late", "Early", "Plain")]
        for playlist in made[:2]:
            pictured(ana, playlist.id, playlist.title.encode())
        ana.send(AddToPlaylist(made[2].id, (release.tracks[0].id,)))
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(made[0].id, SharedRole.EDITOR)).token))
        ana.send(DeletePlaylist(made[1].id))
        files = take(ana)
        told = {one["playlist"]["title"]: one["picture"] for name in ("playlists", "deleted-playlists") for one in read(files, name)}
        assert told == {"Late": f"pictures/{made[0].id}.jpg", "Early": f"pictures/{made[1].id}.jpg", "Plain": None}
        assert (files[told["Late"]], files[told["Early"]]) == (b"Late", b"Early")
        assert len([name for name in files if name.startswith("pictures/")]) == 2
        assert "pictures/" in files["README.txt"].decode()
        others = take(ben)
        assert [one["picture"] for one in read(others, "playlists")] == [None]
        assert not [name for name in others if name.startswith("pictures/")]

    def test_has_of_a_shared_playlist_only_what_one_added(self, ana, ben, release):
        made = ana.send(CreatePlaylist("Late"))
        ana.send(AddToPlaylist(made.id, (release.tracks[0].id,)))
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(made.id, SharedRole.EDITOR)).token))
        ben.send(AddToPlaylist(made.id, (release.tracks[1].id,)))
        smart = ana.send(CreateSmartPlaylist("Clean", RULE))
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(smart.id, SharedRole.VIEWER)).token))
        files = take(ben)
        late, clean = read(files, "playlists")
        assert [entry["track"]["track_id"] for entry in late["entries"]] == [release.tracks[1].id]
        assert (clean["rule"], clean["entries"]) == (None, [])
        assert not [name for name in files if name.startswith("playlists/")]

    def test_has_nothing_of_anybody_elses(self, ana, ben, release, listen):
        ana.send(AddFavourite(TrackSubject(release.tracks[0].id)))
        ana.send(AddToPlaylist(ana.send(CreatePlaylist("Secret")).id, (release.tracks[0].id,)))
        ana.send(HideTrack(release.tracks[1].id))
        ana.send(StartStation(TrackSeed(release.tracks[0].id)))
        listen(ana, 3)
        files = take(ben)
        assert read(files, "favourites") == {"tracks": [], "releases": [], "artists": []}
        for name in ("folders", "playlists", "hidden-tracks", "stations", "history", "payments"):
            assert read(files, name) == []
        assert not [name for name, content in files.items() if b"ana@example.com" in content or b"Secret" in content]

    def test_has_long_lists_whole_and_never_in_one_piece(self, ana, listen, release):
        listen(ana, 450)
        made = ana.send(CreatePlaylist("Long"))
        ana.send(AddToPlaylist(made.id, tuple(track.id for track in release.tracks) * 60))
        files = take(ana)
        assert len({one["played_at"] for one in read(files, "history")}) == 450
        assert len(read(files, "playlists")[0]["entries"]) == 180
        assert sum(1 for _ in take_away(ana, ana.send(TakeOwnData()), SITE)) > 1

    def test_is_called_by_the_day(self, ana):
        assert file_name(ana.send(TakeOwnData())) == f"data-{START.date()}.zip"

    def test_goes_on_where_a_playlist_is_deleted_meanwhile(self, ana, release):
        made = [ana.send(CreatePlaylist(title)) for title in ("One", "Two")]
        for playlist in made:
            ana.send(AddToPlaylist(playlist.id, (release.tracks[0].id,)))

        class Meanwhile:
            """Ana, who deletes the first playlist once her playlists are listed, and the second once they are again."""

            actor, lists = ana.actor, 0

            def send(self, action):
                answer = ana.send(action)
                if type(action).__name__ == "ListPlaylists":
                    ana.send(DeletePlaylist(made[self.lists].id))
                    self.lists += 1
                return answer

        pieces = b"".join(take_away(Meanwhile(), ana.send(TakeOwnData()), SITE))
        with ZipFile(BytesIO(pieces)) as archive:
            (left,) = msgspec.json.decode(archive.read("playlists.json"))
            assert left["playlist"]["title"] == "Two"
            assert not [name for name in archive.namelist() if name.startswith("playlists/")]

    def test_goes_on_where_a_playlist_is_brought_back_meanwhile(self, ana, pictured):
        made = [ana.send(CreatePlaylist(title)) for title in ("One", "Two")]
        pictured(ana, made[0].id)
        for playlist in made:
            ana.send(DeletePlaylist(playlist.id))

        class Meanwhile:
            """Ana, who brings the first playlist back once what she has deleted is listed, and deletes it again once it is told."""

            actor, told = ana.actor, False

            def send(self, action):
                answer = ana.send(action)
                match type(action).__name__:
                    case "ListOwnDeletedPlaylists" if not self.told:
                        self.told = True
                        ana.send(RestorePlaylist(made[0].id))
                    case "ReadPlaylistPicture":
                        ana.send(DeletePlaylist(made[0].id))
                return answer

        pieces = b"".join(take_away(Meanwhile(), ana.send(TakeOwnData()), SITE))
        with ZipFile(BytesIO(pieces)) as archive:
            (left,) = msgspec.json.decode(archive.read("deleted-playlists.json"))
            assert left["playlist"]["title"] == "Two"
            assert [name for name in archive.namelist() if name.startswith("pictures/")] == [f"pictures/{made[0].id}.jpg"]

    def test_is_refused_after_three_times_for_a_while(self, ana, ben, clock):
        for _ in range(3):
            ana.send(TakeOwnData())
        with pytest.raises(TooMany, match="3 times"):
            ana.send(TakeOwnData())
        assert ben.send(TakeOwnData()).account.name == "Ben"
        clock.advance(15 * 60)
        assert ana.send(TakeOwnData()).taken_at == clock.now()


class TestThroughAnApp:
    @pytest.mark.parametrize(
        ("scopes", "left_out"),
        [
            (
                (Scope.ACCOUNT,),
                {
                    "favourites",
                    "folders",
                    "playlists",
                    "deleted-playlists",
                    "queue",
                    "hidden-tracks",
                    "stations",
                    "history",
                    "devices",
                    "connected-apps",
                },
            ),
            ((Scope.ACCOUNT, Scope.LIBRARY, Scope.HISTORY, Scope.PLAYBACK), {"connected-apps"}),
        ],
    )
    def test_has_what_the_app_may_ask_and_says_what_it_may_not(self, ana, sender, scopes, left_out):
        app = sender(msgspec.structs.replace(ana.actor, client="an app", scopes=frozenset(scopes)))
        ana.send(CreatePlaylist("Late"))
        files = take(app)
        assert left_out.isdisjoint(name.removesuffix(".json") for name in files)
        _, told = files["README.txt"].decode().split("Left out")
        assert {line.partition(".json")[0] for line in told.splitlines() if ".json" in line} == left_out
        assert (Scope.LIBRARY in scopes) == any(name.startswith("playlists/") for name in files)
