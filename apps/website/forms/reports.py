"""Forms of the reports' pages."""

from __future__ import annotations

import re
from fractions import Fraction

from wtforms import IntegerField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.labels import LARGEST_SHARE_PART, Eligibility, SetContract, Share
from apps.core.contract.listening import Evidence
from apps.website.forms.base import Form
from apps.website.languages import gettext as _
from apps.website.languages import marked

GRADES = {
    Evidence.CLAIMED.value: marked("Every play"),
    Evidence.SESSION.value: marked("Plays that a session proves"),
    Evidence.FETCHED.value: marked("Plays whose audio was seen leaving"),
}
SHARE = re.compile(r"\d{1,7}/\d{1,7}|\d{1,3}([.,]\d{1,6})?\s*%?")
"""Short on purpose: of a number with an exponent, a fraction may take minutes to be made."""
DAY = Regexp(r"\d{4}-\d{2}-\d{2}\Z", message=marked("Give a date."))


class ContractForm(Form):
    label = StringField(marked("Label"), [InputRequired(marked("Name the label.")), Length(max=200)])
    share = StringField(
        marked("Their share"), [InputRequired(marked("Give the share."))],
        description=marked("In per cent, such as 65 or 62.5; or as a fraction, such as 2/3."),
    )  # fmt: skip
    territory = StringField(
        marked("Territory"), [Regexp(r"[A-Z]{2}\Z", message=marked("Give two capitals."))], default=WORLDWIDE,
        description=marked("Two letters, such as GB; WW is everywhere that no other contract of the label names."),
    )  # fmt: skip
    starts_on = StringField(
        marked("From"), [DAY], render_kw={"type": "date"}, description=marked("A Friday: contracts hold for whole weeks.")
    )
    ends_on = StringField(
        marked("Until"), [Optional(), DAY], render_kw={"type": "date"}, description=marked("The first Friday it holds no more; or nothing.")
    )
    least_seconds = IntegerField(marked("A play counts from"), [NumberRange(0, 86_400)], default=30, description=marked("Seconds."))
    least_evidence = SelectField(
        marked("What counts"), choices=[SelectChoice(value, label) for value, label in GRADES.items()], default="session"
    )
    party_id = StringField(
        marked("DDEX party identifier"), [Optional(), Regexp(r"PADPIDA[A-Za-z0-9]{1,30}\Z", message=marked("It begins with PADPIDA."))],
        description=marked("Where the label has one."),
    )  # fmt: skip

    def validate_share(self, field: StringField) -> None:
        if self._fraction(field.data or "") is None:
            raise ValidationError(_("Give a number from 0 to 100, or a fraction up to 1."))

    def contract(self, label_id: str) -> SetContract:
        share = self._fraction(self.share.data or "") or Fraction()
        return SetContract(
            label_id, Share(share.numerator, share.denominator), self.starts_on.data or "", self.ends_on.data or None,
            self.territory.data or "", eligibility=Eligibility(1000 * (self.least_seconds.data or 0), Evidence(self.least_evidence.data)),
            party_id=self.party_id.data or None,
        )  # fmt: skip

    @staticmethod
    def _fraction(text: str) -> Fraction | None:
        if not SHARE.fullmatch(text.strip()):
            return None
        try:
            share = Fraction(text.strip()) if "/" in text else Fraction(text.strip().removesuffix("%").replace(",", ".")) / 100
        except (ValueError, ZeroDivisionError):
            return None
        return share if 0 <= share <= 1 and share.denominator <= LARGEST_SHARE_PART else None
