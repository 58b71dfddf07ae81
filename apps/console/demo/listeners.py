"""The demo's listeners: what each pays, and what each plays."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.console.demo.house import House
from apps.core.client.interface import Sender
from apps.core.contract.billing import CancelSubscription, ConfirmCheckout, ListSubscriptions, StartCheckout, Subscription
from apps.core.contract.catalogue import GetRelease, ListReleases, ReleaseDetail, ReleaseType
from apps.core.contract.ids import PlaylistId, TrackId
from apps.core.contract.library import AddFavourite, ArtistSubject, FavouriteSubject, ReleaseSubject, TrackSubject
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.playback import EndPlayback, StartPlayback
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, Visibility
from apps.core.contract.radio import FeedbackKind, NextTracks, SendStationFeedback, StartStation, StationBatch, TrackSeed

SHOP_SITE = "https://music.example"
HEARD_MS = 30_000
PLAYS_A_DAY = 4
"""At most, without those of a station."""


@dataclass
class Listener:
    house: House
    name: str
    core: Sender
    tracks: Sequence[TrackId]
    """Those that the listener likes, the most liked first."""
    chance: random.Random
    untold: list[Play] = field(default_factory=list[Play])
    """What was played since plays were told of last."""
    playlists: list[PlaylistId] = field(default_factory=list[PlaylistId])
    """Made by them, the last one last."""
    plays: int = 0
    purchase: str = ""
    """The shop's name of what was bought."""

    def subscribe(self, plan: str) -> None:
        page = self.core.send(StartCheckout(plan, f"{SHOP_SITE}/paid", f"{SHOP_SITE}/plans"))
        self.purchase = self.house.shop.pay(urlsplit(page.url).path.rpartition("/")[2])
        self.core.send(ConfirmCheckout(page.number))

    def cancel(self) -> None:
        (mine,) = self.subscriptions()
        self.core.send(CancelSubscription(mine.id))

    def lose_card(self) -> None:
        """From now on the card declines every payment."""
        self.house.shop.set_card(self._customer(), works=False)

    def get_back(self, amount: int) -> None:
        """The shop refunds so much of what was charged last."""
        customer = self._customer()
        charges = [one["id"] for one in self._told("charge.succeeded") if one["customer"] == customer]
        self.house.shop.refund(charges[-1], amount)

    def subscriptions(self) -> tuple[Subscription, ...]:
        return self.core.send(ListSubscriptions()).all

    def _customer(self) -> str:
        """Under which name the shop knows the listener."""
        return next(one["customer"] for one in self._told("customer.subscription.created") if one["id"] == self.purchase)

    def _told(self, kind: str) -> list[dict[str, Any]]:
        """What the shop's events of that kind are of."""
        return [event["data"]["object"] for event in self.house.shop.events() if event["type"] == kind]

    def listen(self) -> None:
        """Play some of what one likes, each for thirty seconds; without a plan, a preview."""
        for _ in range(self.chance.randint(1, PLAYS_A_DAY)):
            self.play(self.tracks[min(int(self.chance.expovariate(0.5)), len(self.tracks) - 1)])
        self.send()

    def play(self, track_id: TrackId) -> None:
        clock = self.house.clock
        started = clock.now()
        session = self.core.send(StartPlayback(track_id, "demo"))
        heard = min(HEARD_MS, session.duration_ms)
        clock.advance(heard / 1000 + 1)
        self.core.send(EndPlayback(session.id))
        self.plays += 1
        self.untold.append(Play(f"{self.name}-{self.plays:06}", track_id, started, heard, (session.id,)))

    def send(self) -> None:
        """Tell what was played, as players do now and then."""
        if self.untold:
            self.core.send(RecordPlays(tuple(self.untold)))
            self.untold.clear()

    def tune_in(self) -> tuple[StationBatch, StationBatch]:
        """Start a station, skip two, like the third, and hear what comes next: both batches."""
        station = self.core.send(StartStation(TrackSeed(self.tracks[0])))
        first = self.core.send(NextTracks(station.id))
        skipped, liked = first.tracks[:2], first.tracks[2]
        for track in skipped:
            self.core.send(SendStationFeedback(station.id, track.track_id, FeedbackKind.SKIP))
        self.core.send(SendStationFeedback(station.id, liked.track_id, FeedbackKind.LIKE))
        self.play(liked.track_id)
        self.send()
        self.house.clock.advance(timedelta(minutes=3).total_seconds())
        return first, self.core.send(NextTracks(station.id))

    def keep(self, track_id: TrackId, release: ReleaseDetail) -> None:
        """A track, with what it is on and whose it is, as favourites, and the track in the playlist made last."""
        subjects: list[FavouriteSubject] = [TrackSubject(track_id), ReleaseSubject(release.id)]
        if release.type is not ReleaseType.COMPILATION:
            subjects.append(ArtistSubject(release.credits[0].artist_id))
        for subject in subjects:
            self.core.send(AddFavourite(subject))
        for playlist_id in self.playlists[-1:]:
            self.core.send(AddToPlaylist(playlist_id, (track_id,), only_new=True))

    def make_playlist(self, title: str, description: str, tracks: Sequence[TrackId]) -> None:
        """For everybody to find."""
        made = self.core.send(CreatePlaylist(title, description, Visibility.PUBLIC))
        self.core.send(AddToPlaylist(made.id, tuple(tracks), only_new=True))
        self.playlists.append(made.id)


def releases_of(visitor: Sender) -> Iterator[ReleaseDetail]:
    """All that there is to choose from."""
    for release in visitor.send(ListReleases(size=100)).items:
        yield visitor.send(GetRelease(release.id))


def tracks_of(visitor: Sender) -> Iterator[TrackId]:
    for release in releases_of(visitor):
        yield from (track.id for track in release.tracks)
