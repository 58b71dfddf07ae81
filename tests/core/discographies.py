"""What artists' pages list, worked out anew from the credits."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from apps.core.catalogue.models import ASIDE, ArtistReleaseRow, RecordingCreditRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.database import reader


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
