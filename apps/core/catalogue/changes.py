"""Telling everybody who keeps something of a release: in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from apps.core.catalogue.discographies import list_by_artist
from apps.core.catalogue.version import touch
from apps.core.genres.filing import file_by_genre
from apps.core.search.changes import Subject, note_changes


def changed(session: Session, release_ids: Iterable[str]) -> None:
    """To be called last by every Command that changes what these releases are called, hold or show, their genre, or who is credited.

    By noting changes it waits for whoever else does so to be done: what is listed after that is made of all that they wrote.
    """
    release_ids = {*release_ids}
    note_changes(session, Subject.RELEASE, release_ids)
    if release_ids:
        list_by_artist(session, release_ids)
        file_by_genre(session, release_ids)
    touch(session)
