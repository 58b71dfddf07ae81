"""Password hashing: Argon2id (RFC 9106), with the parameters OWASP gives for a log-in under load."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ports.environment import BootError, Environment
from ports.settings import PASSWORD_MEMORY


class Passwords:
    """Hashes and verifies; takes the same time whether there is a hash to compare with or not."""

    def __init__(self, kibibytes: int = PASSWORD_MEMORY.default) -> None:
        """The more memory a hash takes, the dearer is guessing; a hash made with less or more is renewed at the next log-in."""
        self._hasher = PasswordHasher(time_cost=2, memory_cost=kibibytes, parallelism=1)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """Raises `BootError` where production would hash more cheaply than OWASP's least."""
        kibibytes = PASSWORD_MEMORY.read(environment)
        if environment.production and kibibytes < PASSWORD_MEMORY.default:
            least = PASSWORD_MEMORY.default
            raise BootError(f"PASSWORD_MEMORY={kibibytes} makes stolen passwords cheap to guess: leave it out, or set at least {least}.")
        return cls(kibibytes)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._nobodys, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)
