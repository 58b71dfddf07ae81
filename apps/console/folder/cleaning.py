"""Text that comes from outside, so that it can be stored and shown anywhere."""

from __future__ import annotations

import re
import unicodedata

BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
"""What turns the text around it about, or cannot be written down at all."""


def clean(text: str) -> str:
    """One line of text that can be stored and shown anywhere."""
    return unicodedata.normalize("NFC", " ".join(BREAKS.sub(" ", UNSEEN.sub("", text)).split()))
