"""The form that takes a picture."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from apps.core.contract.pictures import ACCEPTED, MOST_PICTURE_BYTES
from apps.website.forms.base import Form


class PictureForm(Form):
    picture = FileField(
        "Picture",
        [FileRequired("Choose a picture.")],
        description=f"{ACCEPTED}, at most {MOST_PICTURE_BYTES >> 20} MiB; 1280 by 1280 pixels are enough.",
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )

    @property
    def content(self) -> bytes:
        return self.picture.data.read()
