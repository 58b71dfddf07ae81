"""Forms of the account page."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from apps.website.forms.base import Form
from apps.website.forms.entrance import LONGEST_PASSWORD, password_field
from apps.website.languages import marked


class ChangePasswordForm(Form):
    present = PasswordField(
        marked("Current password"),
        [InputRequired(marked("Enter your current password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST_PASSWORD},
    )
    new = password_field(marked("New password"))
