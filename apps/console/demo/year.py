"""A year in the life of a service with listeners of many tastes, week by week.

What a listener does at home is `_sit_down`: whatever else becomes possible there joins it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from apps.console.demo.home_page import arrange_home_page
from apps.console.demo.house import House
from apps.console.demo.listeners import Listener, releases_of
from apps.core.contract.catalogue import ReleaseDetail
from apps.core.contract.charts import GetEdition, ListCharts
from apps.core.contract.ids import TrackId
from apps.core.contract.library import ListFavouriteArtists, ListFavouriteReleases, ListFavouriteTracks
from apps.core.contract.listening import ListRecentlyPlayed, Play, RecordPlays
from apps.core.contract.radio import FeedbackKind, NextTracks, SendStationFeedback, StartStation, TrackSeed

FIRST_DAY = date(2025, 1, 3)
"""A Friday, on which weeks of charts begin."""
WEEKS = 52
NAMES = (
    "Ana", "Ben", "Chloe", "Dev", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mina", "Noor", "Otis", "Paula",
)  # fmt: skip
SUBSCRIBERS = 12
"""Of them; the others hear previews."""
CHART = "uk-singles"
PLAYS_A_DAY = 5
"""At most, on the way and told of at the end of the week."""
SITTING = 2
"""Tracks that a listener plays at home each week, under a playback session: these count for the charts."""
ROUNDS = 4
"""After every how many weeks the back office does all that is due; daily, its models alone would take longer than the listening."""
TUNES_IN = 8
"""Every how many weeks a listener starts a station."""
KEEPS_IN = 8
"""Every how many weeks one keeps what is heard as a favourite."""
SEASONS = ("winter", "spring", "summer", "autumn")
"""A listener likes something else in each, and makes a playlist of it."""
WEEKS_OF_SEASON = WEEKS // len(SEASONS)
PLAYLISTS = (
    "Kitchen on Sunday", "The long way home", "Before anybody is up", "Rain on the window", "Running, slowly", "Letters to write",
    "Last train", "Half past four", "Lamps on", "Washing up", "Two stops early", "A room with plants", "Window seat", "Small hours",
    "Paint drying", "On the roof",
)  # fmt: skip
"""What each listener calls theirs."""
BEGUN_WITH = 6
"""Tracks of a new playlist."""
HEARD_MS = 31_000


@dataclass
class Year:
    """What happens; `say` is told of it."""

    house: House
    say: Callable[[str], None]
    weeks: int = WEEKS
    listeners: list[Listener] = field(default_factory=list[Listener])
    releases: dict[TrackId, ReleaseDetail] = field(default_factory=dict[TrackId, ReleaseDetail])
    """By track, what it is on."""
    done: Counter[str] = field(default_factory=Counter[str])

    def begin(self, music: Path) -> None:
        self.house.clock.set(_at(0, 2))
        self.house.take_in(music)
        for release in releases_of(self.house.person("Stella Staff")):
            self.releases.update((track.id, release) for track in release.tracks)
        tracks = list(self.releases)
        for number, name in enumerate(NAMES):
            chance = random.Random(name)  # noqa: S311 - the same year every time
            self.listeners.append(Listener(self.house, name, self.house.person(name), chance.sample(tracks, len(tracks)), chance))
            if number < SUBSCRIBERS:
                self.listeners[-1].subscribe("yearly")

    def live(self) -> None:
        for week in range(self.weeks):
            for number, listener in enumerate(self.listeners):
                self.house.clock.set(_at(week, 18) + timedelta(minutes=5 * number))
                self._sit_down(listener, week)
            self.house.clock.set(_at(week, 20) + timedelta(days=6))
            for listener in self.listeners:
                self._come_home(listener, week)
            if week % ROUNDS == ROUNDS - 1 or week == self.weeks - 1:
                self.house.clock.set(_at(week + 1, 3))
                self.house.make_rounds()
            if week % WEEKS_OF_SEASON == WEEKS_OF_SEASON - 1:
                self.say(f"{_at(week + 1, 0):%B %Y}: {self._so_far()}")
        made = [playlist_id for listener in self.listeners for playlist_id in listener.playlists[-1:]]
        arrange_home_page(self.house.operator, self.house.clock.now(), made)

    def lines(self) -> Iterator[str]:
        """What the year has come to."""
        yield f"{len(self.listeners)} listeners, {self.weeks} weeks: {self._so_far()}"
        yield from self._chart()
        yield from self._histories()

    def _sit_down(self, listener: Listener, week: int) -> None:
        """At home: some tracks, and now and then a station, of which one is skipped and another liked, a favourite, or a playlist."""
        for _ in range(SITTING):
            listener.play(self._choice(listener, week))
        listener.send()
        self.done["plays"] += SITTING
        turn = week + self.listeners.index(listener)
        if turn % TUNES_IN == 0 and listener.purchase:
            station = listener.core.send(StartStation(TrackSeed(self._choice(listener, week))))
            skipped, liked = listener.core.send(NextTracks(station.id)).tracks[:2]
            listener.core.send(SendStationFeedback(station.id, skipped.track_id, FeedbackKind.SKIP))
            listener.core.send(SendStationFeedback(station.id, liked.track_id, FeedbackKind.LIKE))
            self.done.update(skips=1, likes=1)
        if turn % KEEPS_IN == KEEPS_IN // 2:
            track_id = self._choice(listener, week)
            listener.keep(track_id, self.releases[track_id])
        if turn % WEEKS_OF_SEASON == 0:
            self._make_playlist(listener, week)

    def _make_playlist(self, listener: Listener, week: int) -> None:
        """Of what the listener likes most in this season."""
        season, first = SEASONS[week // WEEKS_OF_SEASON], _first_rank(week)
        title = f"{PLAYLISTS[self.listeners.index(listener)]}, {season}"
        listener.make_playlist(title, f"What I played most this {season}.", listener.tracks[first : first + BEGUN_WITH])
        self.done["playlists"] += 1

    def _come_home(self, listener: Listener, week: int) -> None:
        """What was heard on the way is told of at once, as by a player that had no connection."""
        plays: list[Play] = []
        for day in range(6):
            for number in range(listener.chance.randint(0, PLAYS_A_DAY)):
                started = _at(week, 8) + timedelta(days=day, minutes=3 * number)
                plays.append(Play(f"{listener.name}-{week}-{day}-{number}", self._choice(listener, week), started, HEARD_MS))
        if plays:
            self.done["plays"] += listener.core.send(RecordPlays(tuple(plays))).recorded

    def _choice(self, listener: Listener, week: int) -> str:
        """Mostly of what one likes most then."""
        rank = int(listener.chance.expovariate(0.35)) + _first_rank(week)
        return listener.tracks[rank % len(listener.tracks)]

    def _so_far(self) -> str:
        return ", ".join(f"{number:,} {what}" for what, number in sorted(self.done.items()))

    def _chart(self) -> Iterator[str]:
        core = self.listeners[0].core
        (chart,) = (one for one in core.send(ListCharts()).items if one.code == CHART)
        day, weeks, first = chart.latest, 0, Counter[str]()
        while day is not None:
            edition = core.send(GetEdition(CHART, day))
            first.update(f"{entry.title} by {entry.artist}" for entry in edition.entries[:1])
            day, weeks = edition.previous, weeks + 1
        yield f"{chart.title}: {weeks} weekly editions."
        for title, number in first.most_common(3):
            yield f"  {title}: weeks at number one: {number}"

    def _histories(self) -> Iterator[str]:
        for listener in self.listeners[:3]:
            artists = Counter(entry.artist for entry in listener.core.send(ListRecentlyPlayed(size=100)).items)
            yield f"{listener.name} lately played {', '.join(artist for artist, _ in artists.most_common(3))}."
            yield f"{listener.name} keeps {self.kept(listener)}."

    def kept(self, listener: Listener) -> str:
        """How much is in somebody's library."""
        tracks, releases, artists = listener.core.send_many(ListFavouriteTracks(), ListFavouriteReleases(), ListFavouriteArtists())
        kept = (("tracks", tracks.items), ("releases", releases.items), ("artists", artists.items), ("playlists", listener.playlists))
        return ", ".join(f"{len(some)} {what}" for what, some in kept)


def _first_rank(week: int) -> int:
    """Which of their tracks a listener likes most then, which is something else in another season."""
    return week // WEEKS_OF_SEASON * 3


def _at(week: int, hour: int) -> datetime:
    return datetime.combine(FIRST_DAY, time(hour, tzinfo=UTC)) + timedelta(weeks=week)
