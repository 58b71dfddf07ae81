"""What staff put right of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.contract.corrections import (
    CorrectRelease,
    CorrectTrack,
    CorrectTracks,
    JoinRelease,
    MergeArtists,
    SpellArtist,
    SplitRelease,
    TakeBackCorrection,
    TakeBackMerge,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, pairs, set_to

TITLES = "SELECT value FROM correction WHERE field = 'title' AND value LIKE 'corrected-SEASON-%' AND track_id IS "


def still_holding(scene: Scene) -> Iterator[Finding]:
    holding = {one for (one,) in scene.rows("SELECT id FROM correction WHERE over_at IS NULL")}
    for one in scene.of((TakeBackCorrection,)):
        if one.done and one.action.correction_id in holding:
            yield Finding(Wrong.LOST, TakeBackCorrection.__name__, one.action.correction_id)


def still_merged(scene: Scene) -> Iterator[Finding]:
    holding = {one for (one,) in scene.rows("SELECT id FROM artist_merge WHERE over_at IS NULL")}
    for one in scene.of((TakeBackMerge,)):
        if one.done and one.action.merge_id in holding:
            yield Finding(Wrong.LOST, TakeBackMerge.__name__, one.action.merge_id)


def still_apart(scene: Scene) -> Iterator[Finding]:
    holding = {one for (one,) in scene.rows("SELECT apart_id FROM release_split WHERE over_at IS NULL")}
    for one in scene.of((JoinRelease,)):
        if one.done and one.action.release_id in holding:
            yield Finding(Wrong.LOST, JoinRelease.__name__, one.action.release_id)


RULES: tuple[Rule, ...] = (
    added(CorrectRelease, rows=f"{TITLES}NULL", keys=lambda one: [one.action.title]),
    added(CorrectTrack, rows=f"{TITLES}NOT NULL", keys=lambda one: [one.action.title]),
    added(
        CorrectTracks,
        rows="SELECT value FROM correction WHERE field = 'artist' AND value LIKE 'corrected-SEASON-%'",
        keys=lambda one: [one.action.artist],
    ),
    Rule((TakeBackCorrection,), still_holding),
    added(MergeArtists, rows="SELECT id FROM artist_merge", within=False, keys=lambda one: [one.result] if one.done else []),
    Rule((TakeBackMerge,), still_merged),
    set_to(SpellArtist, wish=lambda one: (one.action.artist_id, one.action.name), now=pairs("SELECT id, name FROM artist")),
    added(
        SplitRelease,
        rows="SELECT value FROM correction WHERE field = 'title' AND value LIKE 'split-SEASON-%'",
        keys=lambda one: [one.action.title],
    ),
    Rule((JoinRelease,), still_apart),
)
