"""Histories that tell of what never happened: a comparison that believes them is blind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from apps.core.contract.accounts import AcceptInvitation, ChangePassword, RegisterAccount
from apps.core.contract.actions import Command
from apps.core.contract.billing import ClaimPurchase, ReceiveNotification, RefreshSubscription, StartCheckout, StopCharging
from apps.core.contract.charts import AskForEditions
from apps.core.contract.corrections import (
    CorrectRelease,
    CorrectTrack,
    CorrectTracks,
    JoinRelease,
    SplitRelease,
    TakeBackCorrection,
    TakeBackMerge,
)
from apps.core.contract.editorial import AssembleCompilation, PutShelf, RemoveShelf
from apps.core.contract.exports import AskForExports
from apps.core.contract.intake import OpenDelivery, RecordFiles
from apps.core.contract.jobs import Claimed, ClaimJob, FailJob, TakeSlot
from apps.core.contract.labels import SetContract
from apps.core.contract.library import RemoveFavourite, TrackSubject
from apps.core.contract.listening import ClearHistory, RecordPlays
from apps.core.contract.oauth import DisconnectApp, RegisterApp, RemoveApp
from apps.core.contract.offline import RegisterDevice, SaveOffline
from apps.core.contract.playback import StartPlayback
from apps.core.contract.playlist_files import ImportPlaylist
from apps.core.contract.playlists import AddToPlaylist, CreateFolder, CreatePlaylist, DeleteFolder, RemoveFromPlaylist
from apps.core.contract.queue import SaveQueue
from apps.core.contract.radio import AskForTraining, NextTracks, SendStationFeedback, StartStation, UnhideTrack
from apps.core.contract.reporting import AskForStatements, OpenRun, RecordUsage
from apps.core.contract.sharing import RemovePlaylistMember, RevokePlaylistInvitation
from apps.core.contract.smart import CreateSmartPlaylist
from tests.faults.history.compared.money import notification
from tests.faults.history.compared.rules import Scene
from tests.faults.history.compared.work import ENDS
from tests.faults.history.record import History, Operation

Kind = type[Command[Any]]
Row = tuple[Any, ...]

UNDOING: Mapping[Kind, tuple[str, Callable[[Operation, Row], Operation]]] = {
    ClearHistory: (
        "SELECT account_id FROM history WHERE event_id LIKE 'SEASON-%'", lambda one, row: asked_by(one, row[0])),
    DisconnectApp: (
        "SELECT account_id, client_id FROM connected_app", lambda one, row: asking(asked_by(one, row[0]), client_id=row[1])),
    TakeBackCorrection: ("SELECT id FROM correction WHERE over_at IS NULL", lambda one, row: asking(one, correction_id=row[0])),
    RemoveShelf: ("SELECT id FROM shelf", lambda one, row: asking(one, shelf_id=row[0])),
    RemoveApp: ("SELECT id FROM oauth_client", lambda one, row: asking(one, client_id=row[0])),
    StopCharging: (
        "SELECT account_id FROM subscription WHERE shop = 'card' AND renews", lambda one, row: asking(one, account_id=row[0])),
    DeleteFolder: (
        "SELECT account_id, id FROM playlist_folder", lambda one, row: asking(asked_by(one, row[0]), folder_id=row[1])),
    RemoveFromPlaylist: (
        "SELECT playlist_id, id FROM playlist_track", lambda one, row: asking(one, playlist_id=row[0], entry_ids=(row[1],))),
    RemovePlaylistMember: (
        "SELECT playlist_id, account_id FROM playlist_member WHERE role = 'editor'",
        lambda one, row: asking(one, playlist_id=row[0], account_id=row[1]),
    ),
    RevokePlaylistInvitation: (
        "SELECT playlist_id, id FROM playlist_invitation", lambda one, row: asking(one, playlist_id=row[0], invitation_id=row[1])),
    RemoveFavourite: (
        "SELECT account_id, track_id FROM favourite_track",
        lambda one, row: asking(asked_by(one, row[0]), subject=TrackSubject(row[1])),
    ),
    UnhideTrack: (
        "SELECT account_id, track_id FROM hidden_track", lambda one, row: asking(asked_by(one, row[0]), track_id=row[1])),
}  # fmt: skip
"""What takes something away leaves nothing to look for: of each, something that is there, and how it is told that it was taken away."""

TAKING_BACK: frozenset[Kind] = frozenset({JoinRelease, TakeBackMerge})
"""What leaves a row that says that it is over."""

ONCE: frozenset[Kind] = frozenset({
    *ENDS, AcceptInvitation, AddToPlaylist, AssembleCompilation, ClaimJob, ClaimPurchase, CorrectRelease, CorrectTrack, CorrectTracks,
    CreateFolder, CreatePlaylist, CreateSmartPlaylist, FailJob, ImportPlaylist, NextTracks, OpenDelivery, OpenRun, PutShelf,
    ReceiveNotification, RecordFiles, RecordPlays, RecordUsage, RefreshSubscription, RegisterAccount, RegisterApp, RegisterDevice,
    SaveOffline, SaveQueue, SendStationFeedback, SetContract, SplitRelease, StartCheckout, StartPlayback, StartStation, TakeSlot,
})  # fmt: skip
"""What adds, or gives to one; what sets something may do so any number of times."""

EMPTIED: Mapping[Kind, str] = {
    AskForExports: "exported_day", AskForEditions: "chart_edition", AskForTraining: "radio_model", AskForStatements: "statement_run",
}  # fmt: skip
"""What the calendar asks for has no name of its own: what it leaves is taken away instead."""


@dataclass(frozen=True)
class Emptied(Scene):
    """Of one table nothing is there."""

    table: str

    def rows(self, statement: str) -> list[Row]:
        return [] if f"FROM {self.table}" in statement else super().rows(statement)


@dataclass(frozen=True)
class Standing(Scene):
    """What was taken back holds still."""

    def rows(self, statement: str) -> list[Row]:
        return super().rows(statement.removesuffix(" WHERE over_at IS NULL"))


@dataclass(frozen=True)
class Doubled(Scene):
    """Everything is there twice."""

    def rows(self, statement: str) -> list[Row]:
        return super().rows(statement) * 2


def with_something_missing(scene: Scene, kind: Kind) -> Scene:
    """As if something of this kind had been acknowledged last that never happened, or nothing were there of what it leaves."""
    if kind in EMPTIED:
        return Emptied(scene.history, scene.house, scene.season, EMPTIED[kind])
    if kind in TAKING_BACK:
        return Standing(scene.history, scene.house, scene.season)
    done = [one for one in scene.of((kind,)) if one.done]
    if kind in UNDOING:
        statement, told = UNDOING[kind]
        row = scene.rows(statement.replace("SEASON", scene.season))[0]
        return _telling(scene, [told(done[-1], row)])
    return _telling(scene, [_never_asked(one) for one in done])


def with_everything_twice(scene: Scene, kind: Kind) -> Scene:
    """As if all of this kind had been acknowledged once more, and all it leaves were there once more."""
    again = [_to_another(one) if kind is ClaimJob else one for one in scene.of((kind,)) if one.done]
    return Doubled(_telling(scene, again).history, scene.house, scene.season)


def asked_by(one: Operation, account: str) -> Operation:
    return replace(one, asked=msgspec.structs.replace(one.asked, account=account))


def asking(one: Operation, **fields: Any) -> Operation:
    return replace(one, action=msgspec.structs.replace(one.action, **fields))


def _telling(scene: Scene, more: Sequence[Operation]) -> Scene:
    last = max(one.asked.at for one in scene.history.operations.values())
    late = {f"told-{number}": replace(one, asked=msgspec.structs.replace(one.asked, at=last + 1)) for number, one in enumerate(more)}
    return replace(scene, history=History(scene.history.folder, {**scene.history.operations, **late}))


def _never_asked(one: Operation) -> Operation:
    """By somebody else and about something else; but of somebody who is there and chose no such password, of a job that is done."""
    other = replace(one, action=otherwise(one.action), result=otherwise(one.result))
    if isinstance(one.action, ReceiveNotification):
        name = notification(one.action.body)
        return asking(one, body=one.action.body.replace(name.encode(), otherwise(name).encode()))
    if isinstance(one.action, ENDS):
        return asking(other, job_id=one.action.job_id)
    return other if isinstance(one.action, ChangePassword) else asked_by(other, otherwise(one.asked.account))


def _to_another(one: Operation) -> Operation:
    """The same attempt at the same job."""
    if not isinstance(one.result, Claimed):
        return one
    claim = one.result.claim
    return replace(one, result=Claimed(msgspec.structs.replace(claim, lease=otherwise(claim.lease))))


def otherwise(value: Any) -> Any:
    """The same shape with other names."""
    match value:
        case Enum():
            return value
        case str():
            return "/".join(part and f"never-{part}" for part in value.split("/"))
        case bytes():
            return b"never-" + value
        case tuple() | frozenset():
            return type(value)(map(otherwise, value))
        case msgspec.Struct():
            return msgspec.structs.replace(value, **{name: otherwise(getattr(value, name)) for name in value.__struct_fields__})
        case _:
            return value
