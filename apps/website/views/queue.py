"""The queue: its page, which works without scripts, and what the player asks and saves of it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from apps.core.contract.codec import decode_action
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.playlists import MOST_AT_ONCE, AddToPlaylist, CreatePlaylist
from apps.core.contract.queue import GetQueue, PlayQueue, QueueEntry, SaveQueue, SaveQueuePosition
from apps.website.actor import core
from apps.website.addresses import safe_path
from apps.website.answers import in_json
from apps.website.queueing import changed, told, wanted, with_more

views = Blueprint("queue", __name__)

PAGE = "web-page"
"""The device that forms save by."""


@views.get("/queue")
def show() -> str:
    return render_template("queue/show.html", queue=core().send(GetQueue()))


@views.post("/queue/tracks")
def add() -> ResponseReturnValue:
    """`track`, `release` or `playlist` of the form; `place` is `next` or `end`."""
    queue = core().send(GetQueue())
    entries = with_more(queue, wanted(request.form), at_once=request.args.get("place") == "next")
    _save(queue, entries, queue.number or 1, queue.position_ms)
    return redirect(safe_path(request.form.get("next", "")) or url_for("queue.show"), 303)


@views.post("/queue/<any(up, down, remove, clear):what>")
def change(what: str) -> ResponseReturnValue:
    """`number` of the queue whose `revision` the page has shown."""
    queue = core().send(GetQueue())
    if request.form.get("revision") != str(queue.revision):
        raise Conflict("Your queue was changed meanwhile.", "Look at it again, and then change it.")
    entries, number = changed(queue, what, request.form.get("number", 0, int))
    _save(queue, entries, number, queue.position_ms if _is_current(queue, entries, number) else 0)
    return redirect(url_for("queue.show"), 303)


@views.post("/queue/playlist")
def keep() -> ResponseReturnValue:
    """Save the queue as a playlist of that `title`."""
    track_ids = tuple(one.track.track_id for one in core().send(GetQueue()).tracks)
    if not track_ids:
        raise NotFound("The queue is empty.", "Put something into it first.")
    playlist = core().send(CreatePlaylist(request.form.get("title", "").strip()))
    for begin in range(0, len(track_ids), MOST_AT_ONCE):
        core().send(AddToPlaylist(playlist.id, track_ids[begin : begin + MOST_AT_ONCE]))
    return redirect(url_for("playlists.show", playlist_id=playlist.id), 303)


@views.get("/player/queue")
def read() -> Response:
    queue = core().send(GetQueue())
    return in_json({
        "revision": queue.revision, "number": queue.number, "position_ms": queue.position_ms, "device": queue.device,
        "saved_at": queue.saved_at, "numbers": queue.numbers, "tracks": [told(one) for one in queue.tracks],
    })  # fmt: skip


@views.post("/player/queue")
def save() -> Response:
    return in_json(core().send(decode_action(SaveQueue, request.get_data())))


@views.post("/player/queue/position")
def save_position() -> Response:
    return in_json(core().send(decode_action(SaveQueuePosition, request.get_data())))


@views.get("/player/tracks")
def tracks() -> Response:
    """What is to be queued of a track, a release or a playlist."""
    return in_json([told(one) for one in wanted(request.args)])


def _save(queue: PlayQueue, entries: tuple[QueueEntry, ...], number: int, position_ms: int) -> None:
    core().send(SaveQueue(queue.revision, PAGE, entries, number, position_ms))


def _is_current(queue: PlayQueue, entries: tuple[QueueEntry, ...], number: int) -> bool:
    return bool(entries) and queue.number is not None and entries[number - 1].track_id == queue.tracks[queue.number - 1].track.track_id
