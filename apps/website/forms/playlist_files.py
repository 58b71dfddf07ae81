"""The form that brings a playlist from a file."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length, Optional, Regexp

from apps.core.contract.playlist_files import LARGEST_FILE, MatchPlaylistFile
from apps.website.forms.base import Form
from apps.website.forms.playlists import LONGEST_TITLE
from apps.website.languages import marked

LONGEST_NAME = 300


class ImportPlaylistForm(Form):
    file = FileField(
        marked("File"),
        [FileRequired(marked("Choose a file."))],
        description=marked("M3U, M3U8, XSPF, JSPF or CSV, at most 2 MB and 10,000 entries."),
        render_kw={"accept": ".m3u,.m3u8,.xspf,.jspf,.json,.csv,.tsv"},
    )
    title = StringField(
        marked("Title"),
        [
            Optional(),
            Length(1, LONGEST_TITLE),
            Regexp(r"^[^\x00-\x1f\x7f]+\Z", message=marked("Leave out characters that cannot be seen.")),
        ],
        filters=[lambda value: value.strip() if value else value],
        description=marked("As the file calls it where you leave this empty."),
        render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"},
    )

    def query(self) -> MatchPlaylistFile:
        """With one byte more than may be, where there are more: Core says so."""
        sent = self.file.data
        with sent.stream as stream:
            return MatchPlaylistFile((sent.filename or "")[-LONGEST_NAME:], stream.read(LARGEST_FILE + 1))
