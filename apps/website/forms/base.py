"""What all forms have in common: Core's refusals are shown on the form they answer."""

from __future__ import annotations

from typing import Any, TypeVar

from flask_wtf import FlaskForm
from wtforms.form import BaseForm
from wtforms.i18n import get_translations

from apps.core.contract.actions import Action
from apps.core.contract.errors import CelestaError
from apps.website.actor import core
from apps.website.languages import language

R = TypeVar("R")

OK = 200
UNPROCESSABLE = 422


class Form(FlaskForm):
    class Meta(FlaskForm.Meta):
        def get_translations(self, form: BaseForm) -> Any:
            """Of what WTForms itself says."""
            return get_translations([language().locale.language])

    refusal: CelestaError | None = None

    def attempt(self, action: Action[R]) -> R | None:
        """Send the Action; None where Core refuses it, with the refusal kept for the page. What is not the visitor's doing is raised."""
        try:
            return core().send(action)
        except CelestaError as error:
            if error.status >= 500:
                raise
            self.refusal = error
            return None

    @property
    def status(self) -> int:
        """The status of a page that shows this form."""
        if self.refusal is not None:
            return self.refusal.status
        return UNPROCESSABLE if self.errors else OK
