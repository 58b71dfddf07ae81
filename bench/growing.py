"""A catalogue of any size, and the library of a listener of its whole: alike at every size in all but that.

At 2,000 tracks every list in it fills a page and another, so that what is measured at two sizes tells as much at both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from apps.core.catalogue.models import LabelRow, ReleaseCreditRow, SeriesRow
from apps.core.charts.models import EditionRow, EntryRow
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.charts import Movement
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import PlaylistRole, Visibility
from apps.core.library.models import FavouriteArtistRow, FavouriteReleaseRow, FavouriteTrackRow
from apps.core.listening.models import HistoryRow
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow, PlaylistTrackRow
from apps.core.radio.models import HiddenTrackRow, StationRow
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.terms import UseType
from bench.books import Books

VARIOUS, BUSIEST = "Various Artists", "The Busiest"
SONGS, SAMPLED = 12, 2
"""On an album, and on a compilation."""
LONGEST_SERIES, USUAL_SERIES = 500, 25
KEPT_OUT = 20
"""One of so many releases is for another country, and one of so many for all but this one."""
GENRES = ("Rock", "Jazz", "Soul", "House", "Folk", "Ambient", "Classical", "Reggae")
LISTED_PLAYLISTS = 110
CHART, PLACES = "uk-singles", 100


@dataclass
class Catalogue:
    """Of each 2,000 tracks 1,200 are on compilations, 116 on singles of the one who makes the most, and the rest on albums."""

    tracks: int
    books: Books = field(default_factory=Books)
    artists: list[str] = field(default_factory=list[str])
    """Of one album each."""
    albums: list[str] = field(default_factory=list[str])
    compilations: list[str] = field(default_factory=list[str])
    series: list[str] = field(default_factory=list[str])
    """The longest first."""
    places: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Recording and track, of albums and singles."""
    longest_playlist: str = ""

    def __post_init__(self) -> None:
        self._labels = [self._label(number) for number in range(max(self.tracks // 500, 1))]
        for number in range(self.tracks * 57 // 2_000):
            self._album(number)
        albums = [recording for recording, _ in self.places]
        for number in range(self.tracks * 116 // 2_000):
            self._single(number)
        singles = [recording for recording, _ in self.places[len(albums) :]]
        first, others = albums[:SONGS], albums[SONGS:]
        for number in range(self.tracks * 600 // 2_000):
            one = first[number] if number < SONGS else singles[number % len(singles)] if number % 4 == 0 else others[-number % len(others)]
            self._compilation(number, (one, others[number % len(others)]))

    def _label(self, number: int) -> str:
        label_id, name = new_id(), f"Label {number}"
        self.books.add(LabelRow, id=label_id, name=name, name_key=name.lower())
        return label_id

    def _release(self, title: str, artist: str, kind: ReleaseType, at: int, **more: object) -> str:
        since = self.books.now - timedelta(days=365, minutes=-at)
        facts = {
            "type": kind, "label_id": self._labels[at % len(self._labels)], "genre": GENRES[at % len(GENRES)], "year": 1950 + at * 7 % 75,
            "added_at": since, "published_at": since, "series_id": None, "volume": None, **more,
        }  # fmt: skip
        release_id = self.books.release(title, artist, tuple(UseType), "US" if at % KEPT_OUT == KEPT_OUT - 1 else "WW", **facts)
        if at % KEPT_OUT == KEPT_OUT // 2:
            for deal in self.books.rows[DealRow][-len(UseType) :]:
                self.books.add(DealExclusionRow, deal_id=deal["id"], territory="GB")
        whose = {"artist_id": self.books.artist(artist), "role": CreditRole.MAIN, "credited_as": artist}
        self.books.add(ReleaseCreditRow, release_id=release_id, position=0, **whose)
        return release_id

    def _album(self, number: int) -> None:
        artist = f"Artist {number}"
        release_id = self._release(f"{number * 7919 % 10_007:05} Album {number}", artist, ReleaseType.ALBUM, number)
        self.artists.append(self.books.artist(artist))
        self.albums.append(release_id)
        for place in range(1, SONGS + 1):
            title = f"Song {place} of {number}"
            recording_id = self.books.recording(title, (artist,))
            self.places.append((recording_id, self.books.track(release_id, place, recording_id, title)))

    def _single(self, number: int) -> None:
        title = f"{number * 7919 % 10_007:05} Single {number}"
        release_id = self._release(title, BUSIEST, ReleaseType.SINGLE, number)
        recording_id = self.books.recording(title, (BUSIEST,))
        self.places.append((recording_id, self.books.track(release_id, 1, recording_id, title)))

    def _compilation(self, number: int, recordings: tuple[str, ...]) -> None:
        in_usual = number - LONGEST_SERIES
        if number == 0 or (in_usual >= 0 and in_usual % USUAL_SERIES == 0):
            title = f"Series {len(self.series):05}"
            self.series.append(new_id())
            self.books.add(SeriesRow, id=self.series[-1], title=title, title_key=title.lower())
        volume = number + 1 if in_usual < 0 else in_usual % USUAL_SERIES + 1
        title = f"{number * 7919 % 10_007:05} Compilation {number}"
        place = {"series_id": self.series[-1], "volume": volume}
        release_id = self._release(title, VARIOUS, ReleaseType.COMPILATION, number, **place)
        self.compilations.append(release_id)
        for at, recording_id in enumerate(recordings, start=1):
            self.books.track(release_id, at, recording_id, f"Track {at} of {number}")

    def keep(self, account_id: str) -> None:
        """Give the listener a library of the catalogue's size."""
        whose = {"account_id": account_id}
        moments = (self.books.now - timedelta(minutes=number) for number in count())
        for recording_id, track_id in self.places[: self.tracks // 5]:
            row = {"recording_id": recording_id, "track_id": track_id}
            self.books.add(FavouriteTrackRow, **whose, **row, added_at=next(moments))
            self.books.add(HiddenTrackRow, **whose, **row, hidden_at=next(moments))
        for release_id in self.compilations[: self.tracks // 10]:
            self.books.add(FavouriteReleaseRow, **whose, release_id=release_id, added_at=next(moments))
        for artist_id in [self.books.artist(VARIOUS), self.books.artist(BUSIEST), *self.artists]:
            self.books.add(FavouriteArtistRow, **whose, artist_id=artist_id, added_at=next(moments))
        for number in range(self.tracks // 2):
            _, track_id = self.places[number % len(self.places)]
            self.books.add(HistoryRow, **whose, id=new_id(), event_id=str(number), track_id=track_id, played_at=next(moments))
        self._listen_to_stations(account_id)
        self._chart()
        self._make_playlists(account_id)

    def _make_playlists(self, account_id: str) -> None:
        """The longest comes first, and is a tenth of the catalogue; the others are of three tracks."""
        self.longest_playlist = self._make_playlist(account_id, 0, self.tracks // 10)
        for number in range(1, max(self.tracks // 100, LISTED_PLAYLISTS)):
            self._make_playlist(account_id, number, 3)

    def _make_playlist(self, account_id: str, number: int, length: int) -> str:
        playlist_id, now = new_id(), self.books.now
        facts = {"title": f"Playlist {number}", "description": "", "visibility": Visibility.PRIVATE, "created_at": now}
        shown = {"tracks": length, "duration_ms": length * 200_000, "changed_at": now - timedelta(minutes=number)}
        self.books.add(PlaylistRow, id=playlist_id, owner_id=account_id, **facts, **shown)
        place = {"position": number << 20, "joined_at": now}
        self.books.add(PlaylistMemberRow, playlist_id=playlist_id, account_id=account_id, role=PlaylistRole.OWNER, folder_id=None, **place)
        for at in range(length):
            _, track_id = self.places[(number + at) % len(self.places)]
            entry = {"id": new_id(), "playlist_id": playlist_id, "position": at << 20, "track_id": track_id}
            self.books.add(PlaylistTrackRow, **entry, added_at=now, added_by=account_id)
        return playlist_id

    def _listen_to_stations(self, account_id: str) -> None:
        for number in range(self.tracks // 20):
            seed = {"kind": "artist", "subject": self.books.artist(f"Artist {number}"), "title": f"Artist {number} radio"}
            played = self.books.now - timedelta(minutes=number)
            self.books.add(StationRow, id=new_id(), account_id=account_id, **seed, started_at=played, played_at=played)

    def _chart(self) -> None:
        """A week for each 500 tracks, the latest of a full hundred places."""
        weeks = max(self.tracks // 500, 1)
        for week in range(weeks):
            first, last = (self.books.now - timedelta(weeks=weeks - week, days=-days) for days in (0, 6))
            edition = {"chart": CHART, "first_day": str(first.date())}
            span = {"last_day": str(last.date()), "starts_at": first, "ends_at": first + timedelta(weeks=1)}
            self.books.add(EditionRow, **edition, **span, rule_version=1, manifests=b"[]", published_at=self.books.now)
            for position in range(1, PLACES + 1):
                recording_id, track_id = self.places[(week + position) % len(self.places)]
                what = {"key": recording_id, "recording_id": recording_id, "track_id": track_id, "title": "Song", "artist": "Artist"}
                stood = {"position": position, "plays": 1_000 - position, "peak": position, "weeks": 1, "movement": Movement.NEW}
                self.books.add(EntryRow, **edition, **what, **stood, last_position=None)
