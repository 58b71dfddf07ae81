"""Making playlists, changing what is in them, and arranging them in folders."""

from __future__ import annotations

from sqlalchemy import LargeBinary, bindparam, delete, func, select
from sqlalchemy.orm import Session

from apps.core.bulk import each_id, joined_ids
from apps.core.bus import handles
from apps.core.catalogue.models import RecordingRow, TrackRow
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.pictures import PictureSubject
from apps.core.contract.playlists import (
    MOST_FOLDERS,
    MOST_TRACKS,
    AddedToPlaylist,
    AddToPlaylist,
    ChoosePlaylistCover,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    EditPlaylist,
    MoveFolder,
    MoveInPlaylist,
    MovePlaylist,
    PlaylistFolder,
    PlaylistRole,
    PlaylistSummary,
    RemoveFromPlaylist,
    RenameFolder,
    RestorePlaylist,
)
from apps.core.outbox import Events
from apps.core.pictures.showing import take_away
from apps.core.playlists.access import locked, locked_by_hand, locked_though_deleted, no_such_playlist
from apps.core.playlists.adding import append, chosen, offered_tracks, recordings_in
from apps.core.playlists.beginning import begin
from apps.core.playlists.changing import changed
from apps.core.playlists.describing import playlist_now
from apps.core.playlists.models import PlaylistFolderRow, PlaylistMemberRow, PlaylistRow, PlaylistTrackRow
from apps.core.playlists.ordering import key_at, last_key
from apps.core.playlists.placing import (
    check_depth,
    check_folder,
    check_room,
    empty_folder,
    folder_of,
    lock_library,
    no_such_folder,
    parents_of,
)
from apps.core.playlists.rules import GAP, depth, height, is_within
from ports.clock.interface import Clock

_ASKED = each_id(bindparam("ids", type_=LargeBinary))


@handles(CreatePlaylist)
def create_playlist(action: CreatePlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    row = begin(session, events, actor, action, clock.now())
    return playlist_now(session, row.id, actor)


@handles(EditPlaylist)
def edit_playlist(action: EditPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    row.title, row.description, row.visibility = action.title, action.description, action.visibility
    changed(session, row, events, clock.now())
    return playlist_now(session, row.id, actor)


@handles(ChoosePlaylistCover)
def choose_playlist_cover(action: ChoosePlaylistCover, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    if action.release_id is not None and not _has_release(session, row, action.release_id):
        raise Invalid("That cover is of a release which no track here is on.", "Choose one of a release whose track is in the playlist.")
    row.cover_release_id = action.release_id
    changed(session, row, events, clock.now())
    take_away(session, events, PictureSubject.PLAYLIST, row.id, clock.now())
    return playlist_now(session, row.id, actor)


def _has_release(session: Session, row: PlaylistRow, release_id: str) -> bool:
    wanted = select(PlaylistTrackRow.id).join(TrackRow, TrackRow.id == PlaylistTrackRow.track_id)
    return session.scalar(wanted.where(PlaylistTrackRow.playlist_id == row.id, TrackRow.release_id == release_id).limit(1)) is not None


@handles(DeletePlaylist)
def delete_playlist(action: DeletePlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> Done:
    now = clock.now()
    row = locked_though_deleted(session, action.playlist_id, actor, now)
    if row.deleted_at is None:
        row.deleted_at = now
        changed(session, row, events, now)
    return Done()


@handles(RestorePlaylist)
def restore_playlist(action: RestorePlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    now = clock.now()
    row = locked_though_deleted(session, action.playlist_id, actor, now)
    if row.deleted_at is not None:
        lock_library(session, actor)
        check_room(session, actor)
        row.deleted_at = None
        changed(session, row, events, now)
    return playlist_now(session, row.id, actor)


@handles(AddToPlaylist)
def add_to_playlist(action: AddToPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> AddedToPlaylist:
    now = clock.now()
    row = locked_by_hand(session, action.playlist_id, actor)
    known = offered_tracks(session, action.track_ids, actor.territory, now)
    taken = chosen(action.track_ids, known, recordings_in(session, row.id) if action.only_new else None)
    if row.tracks + len(taken) > MOST_TRACKS:
        raise Conflict(
            "A playlist has at most %(most)s tracks, and this one has %(tracks)s.", "Begin another one.",
            most=f"{MOST_TRACKS:,}", tracks=f"{row.tracks:,}",
        )  # fmt: skip
    left_out = tuple(dict.fromkeys(track_id for track_id in action.track_ids if track_id not in taken))
    if not taken:
        return AddedToPlaylist((), left_out)
    entry_ids = append(session, row, taken, actor, now)
    row.duration_ms += sum(known[track_id].duration_ms for track_id in taken)
    changed(session, row, events, now)
    return AddedToPlaylist(entry_ids, left_out)


@handles(RemoveFromPlaylist)
def remove_from_playlist(action: RemoveFromPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> Done:
    row = locked_by_hand(session, action.playlist_id, actor)
    these = PlaylistTrackRow.playlist_id == row.id, PlaylistTrackRow.id.in_(_ASKED)
    ids = {"ids": joined_ids(action.entry_ids)}
    found = (
        select(func.count().label("number"), func.coalesce(func.sum(RecordingRow.duration_ms), 0).label("duration"))
        .select_from(PlaylistTrackRow)
        .join(TrackRow, TrackRow.id == PlaylistTrackRow.track_id)
        .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
        .where(*these)
    )
    number, duration = session.execute(found, ids).one()
    if number:
        session.execute(delete(PlaylistTrackRow).where(*these), ids, execution_options={"synchronize_session": False})
        row.tracks -= number
        row.duration_ms -= duration
        changed(session, row, events, clock.now())
    return Done()


@handles(MoveInPlaylist)
def move_in_playlist(action: MoveInPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> Done:
    row = locked_by_hand(session, action.playlist_id, actor)
    entry = session.get(PlaylistTrackRow, action.entry_id)
    if entry is None or entry.playlist_id != row.id:
        raise NotFound("That is not in this playlist any more.", "Look at it again.")
    siblings = (PlaylistTrackRow.playlist_id == row.id,)
    entry.position = key_at(session, PlaylistTrackRow, PlaylistTrackRow.id, siblings, entry.id, action.number)
    changed(session, row, events, clock.now())
    return Done()


@handles(MovePlaylist)
def move_playlist(action: MovePlaylist, actor: Actor, session: Session) -> Done:
    lock_library(session, actor)
    check_folder(session, actor, action.folder_id)
    member = session.get(PlaylistMemberRow, (action.playlist_id, actor.account_id))
    if member is None:
        raise no_such_playlist()
    table = PlaylistMemberRow
    siblings = table.account_id == actor.account_id, table.folder_id == action.folder_id
    seen = (table.playlist_id.in_(select(PlaylistRow.id).where(PlaylistRow.deleted_at.is_(None))),)
    member.position = key_at(session, table, table.playlist_id, siblings, member.playlist_id, action.number, seen)
    member.folder_id = action.folder_id
    return Done()


@handles(CreateFolder)
def create_folder(action: CreateFolder, actor: Actor, session: Session) -> PlaylistFolder:
    lock_library(session, actor)
    parents = parents_of(session, actor)
    if action.parent_id is not None and action.parent_id not in parents:
        raise no_such_folder()
    if len(parents) >= MOST_FOLDERS:
        raise Conflict("A library has %(most)s folders, and yours has them all.", "Remove one that you need no more.", most=MOST_FOLDERS)
    check_depth(depth(parents, action.parent_id) + 1)
    row = PlaylistFolderRow(
        id=new_id(), account_id=actor.account_id, parent_id=action.parent_id, title=action.title,
        position=last_key(session, PlaylistFolderRow, (PlaylistFolderRow.account_id == actor.account_id,)) + GAP,
    )  # fmt: skip
    session.add(row)
    return PlaylistFolder(row.id, row.parent_id, row.title)


@handles(RenameFolder)
def rename_folder(action: RenameFolder, actor: Actor, session: Session) -> Done:
    folder_of(session, actor, action.folder_id).title = action.title
    return Done()


@handles(MoveFolder)
def move_folder(action: MoveFolder, actor: Actor, session: Session) -> Done:
    lock_library(session, actor)
    row, parents = folder_of(session, actor, action.folder_id), parents_of(session, actor)
    if action.parent_id is not None and action.parent_id not in parents:
        raise no_such_folder()
    if is_within(parents, action.parent_id, row.id):
        raise Invalid("A folder cannot be put into itself.", "Choose one that is not in it.")
    check_depth(depth(parents, action.parent_id) + height(parents, row.id))
    table = PlaylistFolderRow
    siblings = table.account_id == actor.account_id, table.parent_id == action.parent_id
    row.position = key_at(session, table, table.id, siblings, row.id, action.number)
    row.parent_id = action.parent_id
    return Done()


@handles(DeleteFolder)
def delete_folder(action: DeleteFolder, actor: Actor, session: Session) -> Done:
    lock_library(session, actor)
    parents = parents_of(session, actor)
    if action.folder_id in parents:
        empty_folder(session, actor, action.folder_id, parents[action.folder_id])
        session.execute(delete(PlaylistFolderRow).where(PlaylistFolderRow.id == action.folder_id))
    return Done()
