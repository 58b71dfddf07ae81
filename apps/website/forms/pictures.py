"""The form that takes a picture."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from apps.core.contract.pictures import ACCEPTED, MOST_PICTURE_BYTES
from apps.website.forms.base import Form
from apps.website.languages import gettext as _
from apps.website.languages import marked


class PictureForm(Form):
    picture = FileField(
        marked("Picture"),
        [FileRequired(marked("Choose a picture."))],
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )

    def __init__(self) -> None:
        super().__init__()
        most = MOST_PICTURE_BYTES >> 20
        self.picture.description = _("%(kinds)s, at most %(most)s MiB; 1280 by 1280 pixels are enough.", kinds=_(ACCEPTED), most=most)

    @property
    def content(self) -> bytes:
        return self.picture.data.read()
