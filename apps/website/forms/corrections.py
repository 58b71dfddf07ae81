"""Forms by which staff correct the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
from wtforms.validators import InputRequired, Length, Regexp

from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.corrections import (
    MOST_CREDITS,
    CorrectRelease,
    CorrectTrack,
    CorrectTracks,
    EditableRelease,
    EditableTrack,
    NamedCredit,
    SplitRelease,
)
from apps.website.forms.base import Form
from apps.website.languages import gettext as _
from apps.website.languages import marked
from apps.website.wording import TYPES

LONGEST = 1000
CREDIT = re.compile(r"(?P<role>\w+)\s*:\s*(?P<name>.*\S)")
EXPLICIT = {"": marked("As each track has it"), "yes": marked("Yes"), "no": marked("No")}
ROLES = ", ".join(CreditRole)


def text_field(label: str, description: str = "", *, needed: bool = False) -> StringField:
    return StringField(
        label,
        [
            *((InputRequired(marked("This cannot be empty.")),) if needed else ()),
            Length(max=LONGEST),
            Regexp(r"^[^\x00-\x1f\x7f]*\Z", message=marked("Leave out characters that cannot be seen.")),
        ],
        description=description,
        filters=[lambda value: value.strip() if value else value],
        render_kw={"maxlength": LONGEST, "autocomplete": "off"},
    )


def credits_field(description: str, *validators: InputRequired) -> TextAreaField:
    return TextAreaField(marked("Credits"), validators, description=description, render_kw={"rows": 4})


class CreditedForm(Form):
    revision = HiddenField()
    artist: StringField
    credits: TextAreaField

    def validate_credits(self, field: TextAreaField) -> None:
        lines = _lines(field.data)
        if len(lines) > MOST_CREDITS:
            raise ValidationError(_("There is room for %(most)s.", most=MOST_CREDITS))
        for line in lines:
            found = CREDIT.fullmatch(line)
            if found is None or found["role"].lower() not in [*CreditRole] or len(found["name"]) > LONGEST:
                raise ValidationError(
                    _("“%(line)s” is no credit: write “main: Ana”, with one of the roles %(roles)s.", line=line[:80], roles=ROLES)
                )

    def credited(self) -> tuple[NamedCredit, ...]:
        found = (line.partition(":") for line in _lines(self.credits.data))
        return tuple(NamedCredit(CreditRole(role.strip().lower()), name.strip()) for role, _, name in found)


class NamedForm(CreditedForm):
    title = text_field(marked("Title"), marked("A subtitle stands in brackets."), needed=True)
    artist = text_field(marked("Artist"), marked("As it is shown."), needed=True)
    credits = credits_field(
        marked("One a line: a role (main, featured, composer, remixer, producer), a colon, a name."),
        InputRequired(marked("Credit at least a main artist.")),
    )

    def fill_credited(self, seen: EditableRelease | EditableTrack, revision: str) -> None:
        self.revision.data, self.title.data, self.artist.data = revision, seen.title, seen.artist
        self.credits.data = "\n".join(f"{one.role}: {one.name}" for one in seen.credits)


class ReleaseForm(NamedForm):
    released_on = text_field(marked("Date"), marked("1994, 1994-06 or 1994-06-20; or nothing."))
    genre = text_field(marked("Genre"))
    label = text_field(
        marked("Label"), marked("Spelt otherwise, it is so on every release. Who owns the recordings, and is paid, stays as it is.")
    )
    type = SelectField(marked("Type"), choices=[SelectChoice(kind.value, label) for kind, label in TYPES.items()])

    def fill(self, seen: EditableRelease) -> None:
        self.fill_credited(seen, seen.revision)
        self.released_on.data, self.genre.data, self.label.data, self.type.data = seen.released_on, seen.genre, seen.label, seen.type.value

    def command(self, release_id: str) -> CorrectRelease:
        return CorrectRelease(
            release_id, self.revision.data or "", self.title.data or "", self.artist.data or "", self.credited(),
            self.released_on.data or "", self.genre.data or "", self.label.data or "", ReleaseType(self.type.data),
        )  # fmt: skip


class TrackForm(NamedForm):
    explicit = BooleanField(marked("Explicit words"))

    def fill(self, track: EditableTrack, revision: str) -> None:
        self.fill_credited(track, revision)
        self.explicit.data = track.explicit

    def command(self, track_id: str) -> CorrectTrack:
        return CorrectTrack(
            track_id, self.revision.data or "", self.title.data or "", self.artist.data or "", self.credited(), bool(self.explicit.data)
        )


class SpellingForm(Form):
    name = text_field(marked("Name"), marked("Case and accents can differ. Credits stay as they are written."), needed=True)


class ChoosingForm(Form):
    revision = HiddenField()
    tracks: SelectMultipleField

    def choose_among(self, seen: EditableRelease) -> None:
        self.tracks.choices = [(track.id, track.title) for track in seen.tracks]


class TracksForm(CreditedForm, ChoosingForm):
    tracks = SelectMultipleField(marked("Tracks"), [InputRequired(marked("Choose the tracks that are to say this."))])
    artist = text_field(marked("Artist"), marked("As it is shown. Where it is empty, each track keeps its own."))
    credits = credits_field(
        marked("One a line, as “main: Ana”. They replace those that each track has in the same roles, and leave the others.")
    )
    explicit = SelectField(marked("Explicit words"), choices=[SelectChoice(value, label) for value, label in EXPLICIT.items()])

    def fill(self, seen: EditableRelease, chosen: Sequence[str]) -> None:
        self.revision.data, self.tracks.data = seen.revision, [*chosen]

    def command(self, release_id: str) -> CorrectTracks:
        return CorrectTracks(
            release_id, self.revision.data or "", tuple(self.tracks.data or ()), self.artist.data or None, self.credited() or None,
            {"yes": True, "no": False}.get(self.explicit.data),
        )  # fmt: skip


class SplitForm(ChoosingForm):
    title = text_field(marked("Title of the other release"), needed=True)
    artist = text_field(marked("Its artist"), marked("As it is shown."), needed=True)
    tracks = SelectMultipleField(marked("Tracks"), [InputRequired(marked("Choose the tracks that go there."))])

    def fill(self, seen: EditableRelease) -> None:
        self.revision.data, self.title.data, self.artist.data = seen.revision, seen.title, seen.artist

    def command(self, release_id: str) -> SplitRelease:
        return SplitRelease(
            release_id, self.revision.data or "", tuple(self.tracks.data or ()), self.title.data or "", self.artist.data or ""
        )  # fmt: skip


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
