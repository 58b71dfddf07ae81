"""Starting playback, rights and plan and stream slot included, against merely getting the track: in a large service."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from apps.core.accounts.models import AccountRow
from apps.core.app import create_core
from apps.core.billing.models import SubscriptionRow
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetTrack
from apps.core.contract.codec import encoder
from apps.core.contract.ids import new_id
from apps.core.contract.playback import StartPlayback
from apps.core.database import Base, db
from apps.core.playback.models import AudioRow, PublishedRenditionRow, RenditionRow
from apps.core.playback.rules import whole_files
from apps.core.rights.models import DealRow
from apps.core.rights.terms import CommercialModel, UseType
from bench.library import AUDIO, renditions
from bench.measure import end_cleanly, microseconds, show
from bench.servers import EMAIL, PASSWORD, home

RELEASES, TRACKS = 10_000, 10
DEALS_A_RELEASE = 100
SUBSCRIPTIONS = 1_000_000
AT_ONCE = 20_000
ASKED_FOR = 500
"""Tracks whose renditions are all there; of the others nobody asks."""
NOW = datetime.now(UTC)


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        core = create_core(stack.enter_context(home()))
        visitor = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE))
        account = visitor.send(RegisterAccount(EMAIL, "Bench", PASSWORD))
        tracks = cycle(_fill(core, account.id))
        listener = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE, account_id=account.id, plan="monthly"))
        started, got = microseconds(
            lambda: listener.send(StartPlayback(next(tracks), "bench")), lambda: listener.send(GetTrack(next(tracks))), times=300, rounds=11
        )
    show("tracks, deals, subscriptions", f"{RELEASES * TRACKS:,}, {RELEASES * DEALS_A_RELEASE:,}, {SUBSCRIPTIONS:,}")
    show("CPU of GetTrack", f"{got:,.0f} µs")
    show("CPU of StartPlayback", f"{started:,.0f} µs")
    show("StartPlayback / GetTrack", f"{started / got:.2f}", "at most 4")


def _fill(core: Flask, account_id: str) -> Sequence[str]:
    """Make a large service around this account, who subscribes; returns the tracks that can be played."""
    with core.app_context(), db.engine.begin() as connection:
        mine = {"plan": "monthly", "plan_ends_at": NOW + timedelta(days=30)}
        connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(mine))
        tracks = list(_music(connection))
        _subscribers(connection)
    return tracks


def _music(connection: Connection) -> Iterator[str]:
    territories = [first + second for first in "ABCDEFGHIJ" for second in "ABCDE"]
    asked_for = set(random.Random(7).sample(range(RELEASES * TRACKS), ASKED_FOR))  # noqa: S311 - the same every time
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    for number in range(RELEASES):
        release_id = new_id()
        rows.setdefault(ReleaseRow, []).append(_release(release_id, number))
        for at in range(DEALS_A_RELEASE):
            rows.setdefault(DealRow, []).append(_deal(release_id, "GB" if at == 0 else territories[at // 2], at))
        for at in range(TRACKS):
            track_id, whole = new_id(), number * TRACKS + at in asked_for
            for table, row in _track(track_id, release_id, at, whole):
                rows.setdefault(table, []).append(row)
            if whole:
                yield track_id
        if len(rows[DealRow]) >= AT_ONCE:
            _insert(connection, rows)
    _insert(connection, rows)


def _insert(connection: Connection, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
    for table, some in rows.items():
        connection.execute(insert(table), some)
    rows.clear()


def _release(release_id: str, number: int) -> dict[str, Any]:
    title = f"Release {number}"
    return {
        "id": release_id, "deliverer": "bench", "identity": title, "type": "album", "title": title, "title_key": title.lower(),
        "artist": "The Bench", "added_at": NOW, "published_at": NOW,
    }  # fmt: skip


def _deal(release_id: str, territory: str, at: int) -> dict[str, Any]:
    use_type = UseType.CONDITIONAL_DOWNLOAD if at % 2 else UseType.ON_DEMAND_STREAM
    return {
        "id": new_id(), "release_id": release_id, "territory": territory, "commercial_model": CommercialModel.SUBSCRIPTION,
        "use_type": use_type, "starts_at": NOW,
    }  # fmt: skip


def _track(track_id: str, release_id: str, at: int, whole: bool) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """A track and its recording, whose renditions are described where they are `whole`."""
    recording_id = new_id()
    content = {"recording_id": recording_id, "content_hash": hashlib.sha256(recording_id.encode()).hexdigest()}
    yield RecordingRow, {
        "id": recording_id, "deliverer": "bench", "identity": recording_id, "title": "A track", "artist": "The Bench",
        "duration_ms": 200_000, "explicit": False,
    }  # fmt: skip
    yield TrackRow, {
        "id": track_id, "release_id": release_id, "recording_id": recording_id, "disc": 1, "number": at + 1, "title": "A track",
    }  # fmt: skip
    yield PublishedRenditionRow, {**content, "published_at": NOW}
    yield (
        AudioRow,
        {**content, "facts": encoder.encode(AUDIO), "files": encoder.encode(whole_files(renditions(recording_id))), "created_at": NOW},
    )
    for one in renditions(recording_id):
        facts = encoder.encode(one) if whole else b""
        yield RenditionRow, {**content, "name": one.name, "key": one.key, "bit_rate": one.bit_rate, "size": one.size, "facts": facts}


def _subscribers(connection: Connection) -> None:
    numbers = iter(range(SUBSCRIPTIONS))
    while some := list(islice(numbers, AT_ONCE)):
        accounts = [_account(number) for number in some]
        connection.execute(insert(AccountRow), accounts)
        connection.execute(
            insert(SubscriptionRow), [_subscription(account, number) for account, number in zip(accounts, some, strict=True)]
        )


def _account(number: int) -> dict[str, Any]:
    email = f"{number}@example.com"
    return {
        "id": new_id(), "email": email, "email_key": email, "name": "Somebody", "password_hash": "", "password_set_at": NOW,
        "status": "active", "plan": "monthly", "plan_ends_at": NOW + timedelta(days=30), "created_at": NOW,
    }  # fmt: skip


def _subscription(account: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": new_id(), "account_id": account["id"], "shop": "card", "reference": f"sub_{number}", "customer": f"cus_{number}",
        "plan": "monthly", "territory": "GB", "state": "active", "amount": 499, "currency": "GBP", "period_starts_at": NOW,
        "period_ends_at": NOW + timedelta(days=30), "renews": True, "in_trial": False, "began_at": NOW, "checked_at": NOW,
        "look_again_at": NOW + timedelta(days=1), "looks": 1,
    }  # fmt: skip
