"""Rules of accounts: passwords, limits on failed log-ins, lifetimes."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from apps.core.contract.errors import Invalid

FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_EMAIL = 10
FAILURES_PER_ADDRESS = 30
REGISTRATIONS_PER_ADDRESS = 100
TAKEN_AWAY = 3
"""How often somebody takes all of their data away within the same time."""
IPV6_SITE = 64
"""The part of an IPv6 address that names a site: whoever has one has all that begin with it (RFC 6177)."""
INVITATION_LIFETIME = timedelta(hours=24)
FEWEST_DIFFERENT_CHARACTERS = 5

COMMON = frozenset({
    "", "qwerty", "qwertyuiop", "qwertz", "asdfghjkl", "password", "passwort", "passwordpassword", "iloveyou", "letmein", "admin",
    "adminadmin", "administrator", "welcome", "1q2w3e4r5t", "1q2w3e4r", "abcdefghij", "abcdefgh", "abc", "changeme", "celesta",
    "celestacelesta", "dragon", "monkey", "football", "baseball", "sunshine", "princess", "superman", "trustno", "master", "login",
})  # fmt: skip
"""What anyone tries first, with whatever digits and marks after it."""
AFTERTHOUGHT = "0123456789!?.,;:-_#*+$@&% "


def email_key(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def network_of(address: str) -> str:
    """What limits by network address count: an IPv4 address, or the site of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ip_network((int(found), IPV6_SITE), strict=False))
    return address


def check_password(password: str, email: str) -> None:
    """Raises `Invalid` for a password that is easily guessed (NIST SP 800-63B, 3.1.1.2)."""
    folded = password.casefold()
    if (
        folded in COMMON
        or folded.rstrip(AFTERTHOUGHT) in COMMON
        or folded == email_key(email)
        or len(set(folded)) < FEWEST_DIFFERENT_CHARACTERS
    ):
        raise Invalid("That password is too easy to guess.", "Choose a longer or less common one; a few unrelated words do well.")


def window_of(now: datetime) -> datetime:
    """The beginning of the fixed window that a failure at `now` counts in."""
    seconds = int(FAILURE_WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
