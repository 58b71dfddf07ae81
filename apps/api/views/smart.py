"""Smart playlists, and what fits a rule."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import done, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key
from apps.core.contract.ids import PlaylistId
from apps.core.contract.smart import (
    ChangeSmartRule,
    CreateSmartPlaylist,
    GetSmartPlaylist,
    PreviewSmartRule,
    SmartRule,
)

views = Blueprint("smart", __name__)


@views.post("/smart-playlists")
@sends(CreateSmartPlaylist, body=CreateSmartPlaylist, status=201, repeatable=True)
def create() -> Response:
    return done(core().send(body(CreateSmartPlaylist), idempotency_key()), status=201)


@views.post("/smart-playlists/previews")
@sends(PreviewSmartRule, body=PreviewSmartRule)
def preview() -> Response:
    return done(core().send(body(PreviewSmartRule)))


@views.get("/smart-playlists/<id:playlist_id>")
@sends(GetSmartPlaylist)
def smart(playlist_id: PlaylistId) -> Response:
    return personal(core().send(GetSmartPlaylist(playlist_id)))


@views.put("/smart-playlists/<id:playlist_id>/rule")
@sends(ChangeSmartRule, body=SmartRule)
def change(playlist_id: PlaylistId) -> Response:
    return done(core().send(ChangeSmartRule(playlist_id, body(SmartRule))))
