"""Signed links to objects, in the form that nginx's `secure_link` module checks by itself.

    secure_link $arg_signature,$arg_expires;
    secure_link_md5 "$secure_link_expires$uri $media_key";

The module knows MD5 and nothing else. What MD5 has lost is resistance to collisions, which does not help here: the secret
stands at the end, so nothing can be appended to a signed text, and nobody but us chooses the texts that are signed.

It knows one secret, too: a link names the version that signed it, so that nginx looks `$media_key` up in a table of those that are valid.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import md5, sha256
from urllib.parse import parse_qs

EXPIRES = re.compile(r"[0-9]{1,12}")
LONGEST_QUERY = 1000


class LinkRefused(Exception):
    """The link opens nothing; the message says why to the person who holds it."""


def unix_seconds(moment: datetime) -> int:
    """Whole Unix seconds of an aware moment; raises `ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: give an aware moment.")
    return int(moment.timestamp())


def sign(uri: str, expires: int, key: str) -> str:
    """The signature of a path (no query) that is valid up to and including the Unix second `expires`."""
    text = f"{expires}{uri} {key}".encode()
    return urlsafe_b64encode(md5(text, usedforsecurity=False).digest()).rstrip(b"=").decode()


def key_id(key: str) -> str:
    """What a link calls a version of the secret: enough to tell them apart, and no help in guessing one."""
    return sha256(f"celesta media key {key}".encode()).hexdigest()[:8]


def signed_query(uri: str, expires: int, key: str) -> str:
    """The query that makes a path a link."""
    return f"expires={expires}&key_id={key_id(key)}&signature={sign(uri, expires, key)}"


def verify(uri: str, query: str, keys: Iterable[str], now: float) -> None:
    """Return where one of the keys signed this path and `now` (Unix seconds) is not past its end; raise `LinkRefused` otherwise."""
    given = parse_qs(query) if len(query) <= LONGEST_QUERY else {}
    expires, name, signature = (given.get(part, [""])[0] for part in ("expires", "key_id", "signature"))
    if not EXPIRES.fullmatch(expires):
        raise LinkRefused("This link is not signed.")
    signer = next((key for key in keys if key_id(key) == name), None)
    if signer is None or not hmac.compare_digest(sign(uri, int(expires), signer).encode(), signature.encode()):
        raise LinkRefused("This link's signature is wrong.")
    if int(now) > int(expires):
        raise LinkRefused("This link has expired: ask for a new one.")
