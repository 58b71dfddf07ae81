"""Forms of the home page's shelves, and of compilations."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
from wtforms.validators import InputRequired, NumberRange, Optional

from apps.core.contract.editorial import MOST_ITEMS, Chosen, CompilationDraft, PutShelf, Shelf, ShelfKind, ShelvedItem
from apps.core.contract.ids import FORM, ShelfId
from apps.website.forms.base import Form
from apps.website.forms.playlists import title_field
from apps.website.languages import gettext as _
from apps.website.languages import marked

KINDS = [
    SelectChoice(ShelfKind.FEATURE.value, marked("Feature: one release, large")),
    SelectChoice(ShelfKind.RELEASES.value, marked("Releases")),
    SelectChoice(ShelfKind.SERIES.value, marked("Series, as spines")),
    SelectChoice(ShelfKind.PLAYLISTS.value, marked("Public playlists")),
    SelectChoice(ShelfKind.NEWEST.value, marked("The newest releases, by themselves")),
]
SUBJECT = re.compile(rf"(?:\S*/)?({FORM})/?")
TERRITORY = re.compile(r"[A-Z]{2}")
ADDRESSES = {ShelfKind.SERIES: "/series/", ShelfKind.PLAYLISTS: "/playlists/"}
LONGEST_NOTE = 500
AS_BROWSERS_WRITE_IT = "%Y-%m-%dT%H:%M"


class ShelfForm(Form):
    title = title_field()
    kind = SelectField(marked("What stands on it"), choices=KINDS)
    items = TextAreaField(
        marked("Items"), description=marked("One a line: the address of its page, and after a bar what you say of it."),
        render_kw={"rows": 8},
    )  # fmt: skip
    starts_at = DateTimeLocalField(
        marked("Shows from"), format=AS_BROWSERS_WRITE_IT, validators=[InputRequired(marked("Give a date and a time."))], description="UTC."
    )
    ends_at = DateTimeLocalField(
        marked("Until"), format=AS_BROWSERS_WRITE_IT, validators=[Optional()], description=marked("UTC; or nothing, and it stays.")
    )
    territories = StringField(
        marked("Territories"), description=marked("Two letters each, such as GB DE FR; or nothing, and it shows everywhere.")
    )

    def validate_items(self, field: TextAreaField) -> None:
        lines = _lines(field.data)
        if len(lines) > MOST_ITEMS:
            raise ValidationError(_("A shelf has room for %(most)s.", most=MOST_ITEMS))
        for line in lines:
            subject, note = line.partition("|")[::2]
            if not SUBJECT.fullmatch(subject.strip()):
                raise ValidationError(_("“%(text)s” is no address of a page here.", text=subject.strip()[:80]))
            if len(note.strip()) > LONGEST_NOTE:
                raise ValidationError(_("A note may have %(most)s characters.", most=LONGEST_NOTE))

    def validate_territories(self, field: StringField) -> None:
        for word in _words(field.data):
            if not TERRITORY.fullmatch(word):
                raise ValidationError(_("“%(text)s” is no territory: two letters, such as GB.", text=word[:20]))

    def fill(self, shelf: Shelf) -> None:
        """With what is there now."""
        self.title.data, self.kind.data = shelf.title, shelf.kind.value
        self.items.data = "\n".join(_line(shelf.kind, item) for item in shelf.items)
        self.starts_at.data, self.ends_at.data = shelf.starts_at, shelf.ends_at
        self.territories.data = " ".join(shelf.territories)

    def command(self, shelf_id: ShelfId | None) -> PutShelf:
        ends_at = self.ends_at.data
        return PutShelf(
            self.title.data or "", ShelfKind(self.kind.data), tuple(map(_chosen, _lines(self.items.data))), _utc(self.starts_at.data),
            _utc(ends_at) if ends_at else None, tuple(_words(self.territories.data)), shelf_id,
        )  # fmt: skip


class CompilationForm(Form):
    title = title_field()
    year = IntegerField(marked("Year"), [Optional(), NumberRange(1900, 9999)], description=marked("Or nothing."))
    tracks = TextAreaField(
        marked("Tracks"), [InputRequired(marked("Name at least one track."))],
        description=marked("One a line, in order: the address of a track, or its id."),
        render_kw={"rows": 12},
    )  # fmt: skip

    def validate_tracks(self, field: TextAreaField) -> None:
        for line in _lines(field.data):
            if not SUBJECT.fullmatch(line.partition("|")[0].strip()):
                raise ValidationError(_("“%(text)s” is no address of a track.", text=line[:80]))

    def fill(self, draft: CompilationDraft) -> None:
        self.title.data = draft.title
        self.tracks.data = "\n".join(f"{track.track_id} | {track.title}" for track in draft.tracks)

    def track_ids(self) -> tuple[str, ...]:
        return tuple(_chosen(line).subject_id for line in _lines(self.tracks.data))


def _line(kind: ShelfKind, item: ShelvedItem) -> str:
    address = f"{ADDRESSES.get(kind, '/releases/')}{item.subject_id}"
    return f"{address} | {item.note}" if item.note else address


def _chosen(line: str) -> Chosen:
    subject, _, note = line.partition("|")
    found = SUBJECT.fullmatch(subject.strip())
    assert found is not None  # validated
    return Chosen(found[1], note.strip())


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _words(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").split()


def _utc(moment: datetime | None) -> datetime:
    assert moment is not None  # validated
    return moment.replace(tzinfo=UTC)
