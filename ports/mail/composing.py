"""A message in the form that mail servers take (RFC 5322)."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from ports.environment import BootError, Environment
from ports.mail.interface import Message

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""What a browser takes for an address, too (HTML, `input type=email`)."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def sender(environment: Environment, default: str | None = None) -> str:
    """`MAIL_FROM`, an address with or without a name before it; raises `BootError` where it is none."""
    written = environment.text("MAIL_FROM", default)
    try:
        _check(written, parseaddr(written)[1])
    except ValueError:
        raise BootError(f"MAIL_FROM={written!r} is no address: set it to one like Celesta <music@example.org>.") from None
    return written


def compose(message: Message, sender: str) -> EmailMessage:
    """The whole message with its headers; raises `ValueError` for what is not one address, or a header with a line break."""
    _check(message.to, message.to)
    if CONTROL.search(message.subject):
        raise ValueError(f"The subject {message.subject!r} has a line break or another control character: write it in one line.")
    composed = EmailMessage(policy.SMTP.clone(cte_type="7bit"))
    composed["From"] = sender
    composed["To"] = message.to
    composed["Subject"] = message.subject
    composed["Date"] = formatdate(usegmt=True)
    composed["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    composed.set_content(message.text)
    if message.html is not None:
        composed.add_alternative(message.html, subtype="html")
    return composed


def _check(written: str, address: str) -> None:
    if CONTROL.search(written) or not ADDRESS.fullmatch(address):
        raise ValueError(f"{written!r} is not one mail address.")
