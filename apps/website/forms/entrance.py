"""Forms at the door: register, log in, accept an invitation."""

from __future__ import annotations

from wtforms import EmailField, PasswordField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from apps.website.forms.base import Form
from apps.website.languages import marked

EMAIL = r"^[^\s\x00-\x1f@<>,;]+@[^\s\x00-\x1f@<>,;]+\.[^\s\x00-\x1f@<>,;]+\Z"
NAME = r"^[^\x00-\x1f\x7f]+\Z"
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


def _strip(value: str | None) -> str | None:
    return value.strip() if value else value


def _not_blank(form: PlainForm, field: StringField) -> None:  # noqa: ARG001 - WTForms' signature
    if not field.data:
        raise ValidationError(marked("Tell us what to call you."))


def password_field(label: str = marked("Password")) -> PasswordField:
    message = marked("Choose a password of at least 10 characters.")
    return PasswordField(
        label,
        [InputRequired(message), Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, message)],
        description=marked("At least 10 characters. A few words together are easy to remember and hard to guess."),
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD, "maxlength": LONGEST_PASSWORD},
    )


def email_field() -> EmailField:
    return EmailField(
        marked("E-mail address"),
        [
            InputRequired(marked("Give your e-mail address.")),
            Length(3, 254, marked("This is not a whole e-mail address.")),
            Regexp(EMAIL, message=marked("This is not a whole e-mail address.")),
        ],
        filters=[_strip],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )


class RegisterForm(Form):
    name = StringField(
        marked("Name"),
        [
            InputRequired(marked("Tell us what to call you.")),
            _not_blank,
            Length(max=80),
            Regexp(NAME, message=marked("Leave out characters that cannot be seen.")),
        ],
        filters=[_strip],
        render_kw={"autocomplete": "name", "maxlength": 80},
    )
    email = email_field()
    password = password_field()


class LogInForm(Form):
    email = email_field()
    password = PasswordField(
        marked("Password"),
        [InputRequired(marked("Give your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password", "maxlength": LONGEST_PASSWORD},
    )
