"""Forms of playlists."""

from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
from wtforms.validators import DataRequired, Length, Regexp

from apps.core.contract.ids import PlaylistId
from apps.core.contract.playlists import EditPlaylist, Visibility
from apps.website.forms.base import Form
from apps.website.languages import marked

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2_000
AUDIENCES = [
    SelectChoice(Visibility.PRIVATE.value, marked("Only you and people you share it with")),
    SelectChoice(Visibility.UNLISTED.value, marked("Anyone with the link")),
    SelectChoice(Visibility.PUBLIC.value, marked("Everybody")),
]


def title_field(label: str = marked("Title")) -> StringField:
    return StringField(
        label,
        [
            DataRequired(marked("Give it a title.")),
            Length(1, LONGEST_TITLE),
            Regexp(r"^[^\x00-\x1f\x7f]+\Z", message=marked("Leave out characters that cannot be seen.")),
        ],
        filters=[lambda value: value.strip() if value else value],
        render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"},
    )


class EditPlaylistForm(Form):
    title = title_field()
    description = TextAreaField(
        marked("Description"), [Length(max=LONGEST_DESCRIPTION)], render_kw={"rows": 3, "maxlength": LONGEST_DESCRIPTION}
    )
    visibility = SelectField(marked("Who sees it"), choices=AUDIENCES)

    def command(self, playlist_id: PlaylistId) -> EditPlaylist:
        """Browsers send line ends as the web has them."""
        description = (self.description.data or "").replace("\r\n", "\n").strip()
        visibility = Visibility(self.visibility.data)
        return EditPlaylist(playlist_id, self.title.data or "", description, visibility)
