"""What artists' and genres' pages list, worked out anew from what releases say."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from apps.core.catalogue.models import ASIDE, ArtistReleaseRow, RecordingCreditRow, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.rules import genre_slug
from apps.core.database import reader
from apps.core.genres.models import GenreReleaseRow, GenreRow


def assert_they_follow_the_credits(core: Flask) -> None:
    """To be called when a test has done whatever it does to a catalogue."""
    with core.app_context(), reader() as connection:
        years = {one.id: one.year or 0 for one in connection.execute(select(ReleaseRow.id, ReleaseRow.year))}
        own = {tuple(one) for one in connection.execute(select(ReleaseCreditRow.artist_id, ReleaseCreditRow.release_id))}
        on_tracks = select(RecordingCreditRow.artist_id, TrackRow.release_id).join(
            TrackRow, TrackRow.recording_id == RecordingCreditRow.recording_id
        )
        heard = {tuple(one) for one in connection.execute(on_tracks.where(TrackRow.disc != ASIDE, TrackRow.hidden_at.is_(None)))}
        row = ArtistReleaseRow
        kept = {tuple(one) for one in connection.execute(select(row.artist_id, row.release_id, row.own, row.year))}
    assert kept == {(artist, release, (artist, release) in own, years[release]) for artist, release in own | heard}


def assert_genres_are_followed(core: Flask) -> None:
    """To be called when a test has done whatever it does to a catalogue."""
    with core.app_context(), reader() as connection:
        releases = connection.execute(select(ReleaseRow.id, ReleaseRow.genre, ReleaseRow.published_at)).all()
        on_tracks = select(TrackRow.release_id, RecordingRow.genre).join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
        said = {tuple(one) for one in connection.execute(on_tracks.where(TrackRow.disc != ASIDE, TrackRow.hidden_at.is_(None)))}
        row = GenreReleaseRow
        kept = {tuple(one) for one in connection.execute(select(row.slug, row.release_id, row.published_at))}
        named = set(connection.scalars(select(GenreRow.slug)))
    shown = {one.id: one.published_at for one in releases if one.published_at}
    said |= {(one.id, one.genre) for one in releases}
    assert kept == {(genre_slug(genre), release, shown[release]) for release, genre in said if genre and release in shown}
    assert named >= {slug for slug, _, _ in kept}
