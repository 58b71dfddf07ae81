"""The catalogue as it is stored: recordings, the releases they appear on, who made them and who owns them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.catalogue.covers import CoverColumn
from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class LabelRow(Base):
    __tablename__ = "label"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)


class ArtistRow(Base):
    __tablename__ = "artist"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    """Folded: the same name in another case or spelling of accents is the same artist."""
    merged_into: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("artist.id"), index=True)
    """Who is credited in their stead: by staff, who found that they are one."""


class ArtistReleaseRow(Base):
    """A release in an artist's discography: all of it follows from the credits.

    Without foreign keys, which would lock artists and releases under the lock of whoever lists them (changes.py).
    """

    __tablename__ = "artist_release"
    __table_args__ = (Index("ix_artist_release_latest", "artist_id", "own", "year", "release_id"), Index(None, "release_id"))

    artist_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    release_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    own: Mapped[bool]
    """Credited on the release; False: on some of its tracks alone."""
    year: Mapped[int]
    """The release's; 0 where nobody says, which comes last on the page."""


class RecordingRow(Base):
    """What was recorded: one deliverer's ISRC, or content where there is none."""

    __tablename__ = "recording"
    __table_args__ = (UniqueConstraint("deliverer", "identity"), Index(None, "isrc"), Index("ix_recording_genre", "genre", "id"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    deliverer: Mapped[str]
    identity: Mapped[str]
    """The ISRC, or the SHA-256 of the delivered file where it has none."""
    isrc: Mapped[str | None]
    title: Mapped[str]
    artist: Mapped[str]
    """The display artist, as credited."""
    duration_ms: Mapped[int]
    explicit: Mapped[bool] = mapped_column(default=False)
    genre: Mapped[str | None]
    p_line: Mapped[str | None]
    refusal: Mapped[str | None]
    """Why its audio could not be prepared, for a person."""
    same_as: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("recording.id"), index=True)
    """The recording that its tracks play, as it sounds the same; what its files say of it is kept here."""


class RecordingCreditRow(Base):
    __tablename__ = "recording_credit"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    artist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("artist.id"), index=True)
    role: Mapped[str]
    credited_as: Mapped[str]


class LyricsRow(Base):
    """The words of a recording."""

    __tablename__ = "lyrics"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    text: Mapped[str]
    lines: Mapped[bytes]
    """When each is sung, as JSON; an empty list where nobody says."""


class OwnershipRow(Base):
    """Who a recording's money goes to, by territory and period: a compilation holds many labels' recordings."""

    __tablename__ = "ownership"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), index=True)
    territory: Mapped[str]
    label_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("label.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class SeriesRow(Base):
    __tablename__ = "series"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(unique=True)
    cover: Mapped[str | None] = mapped_column(CoverColumn)
    """Made of a picture that was uploaded for it."""


class ReleaseRow(Base):
    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("deliverer", "identity"),
        Index("ix_release_newest", "published_at", "id"),
        Index("ix_release_title_order", "title_key", "id"),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    deliverer: Mapped[str]
    identity: Mapped[str]
    """The UPC, or what makes an imported folder's release the same one when it comes again."""
    type: Mapped[str]
    title: Mapped[str]
    title_key: Mapped[str]
    artist: Mapped[str]
    """The display artist, as credited."""
    upc: Mapped[str | None]
    genre: Mapped[str | None]
    released_on: Mapped[str | None]
    year: Mapped[int | None]
    p_line: Mapped[str | None]
    c_line: Mapped[str | None]
    label_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("label.id"))
    series_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("series.id"), index=True)
    volume: Mapped[int | None]
    cover: Mapped[str | None] = mapped_column(CoverColumn)
    colour: Mapped[str | None]
    picture: Mapped[str | None]
    """The SHA-256 of the picture that its cover is made of, or is to be."""
    added_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    """When its first track became playable; nobody sees it before."""


class CoverRow(Base):
    """A cover that was made once: the same picture of the release has it again at once."""

    __tablename__ = "cover"

    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    """Of the folder that holds each size."""
    colour: Mapped[str]


class ReleaseCreditRow(Base):
    __tablename__ = "release_credit"

    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    artist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("artist.id"), index=True)
    role: Mapped[str]
    credited_as: Mapped[str]


ASIDE = -1
"""The disc of tracks that were on a compilation of our own, and are not any more."""


class TrackRow(Base):
    """A recording's place on a release."""

    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("release_id", "disc", "number"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"))
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), index=True)
    """What is heard."""
    own_recording_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("recording.id"), index=True)
    """What its file is, where that sounds the same as what is heard."""
    disc: Mapped[int]
    number: Mapped[int]
    title: Mapped[str]
    hidden_at: Mapped[datetime | None]
    """Since when nobody sees or plays it, whatever its deals say: its file was taken away where it came from."""

    @property
    def own_id(self) -> str:
        """The recording that its file is."""
        return self.own_recording_id or self.recording_id


OWN_RECORDING = func.coalesce(TrackRow.own_recording_id, TrackRow.recording_id)
"""The recording that the track's file is, whichever it plays."""


class TakenTrackRow(Base):
    """A track of a compilation of our own, and the one of another release whose rights it has."""

    __tablename__ = "taken_track"

    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"), primary_key=True)
    source_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"), index=True)


class CatalogueVersionRow(Base):
    """One row: grows with every change to what listeners can see."""

    __tablename__ = "catalogue_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
