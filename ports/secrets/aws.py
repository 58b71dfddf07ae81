"""Secrets from AWS Secrets Manager, asked for again once a minute."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, ClassVar, Self

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ports.environment import BootError, Environment
from ports.secrets.interface import MissingSecret, Secrets, StoredSecret
from ports.secrets.values import check_name, check_versions

log = logging.getLogger(__name__)

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
PATIENCE = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
PAUSE = 5.0
"""Seconds in which a service that did not answer is not asked again: requests must not wait for it one by one."""
PROBE = "SESSION_KEY"
"""Whether there is such a secret does not matter: any answer is one."""


class Unreachable(BootError):
    """No answer came, which says nothing of the secret."""


@dataclass(frozen=True)
class Version:
    value: str
    created_at: datetime


@dataclass(frozen=True)
class Known:
    versions: Mapping[str, Version]
    """By the version's id, the one to use first. What stands under an id never changes."""
    until: float
    """On the monotonic clock: when it is asked for again."""


class AwsSecrets(Secrets):
    """The secret NAME is `SECRETS_PREFIX` (default `celesta/`) and NAME, in the region and with the credentials of boto's own chain.

    The versions labelled AWSCURRENT, AWSPREVIOUS and AWSPENDING are valid. Each process asks again after `SECRETS_TTL` seconds
    (default 60), so that a new version is accepted everywhere by then; for twice that time the version before it stays first, so
    that nobody signs with what others do not know yet. Where AWS does not answer, what was known last goes on being used.
    """

    fake: ClassVar[bool] = False

    def __init__(
        self,
        prefix: str,
        ttl: int,
        endpoint_url: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        for talkative in ("botocore", "urllib3"):  # at DEBUG they write whole answers, values and signatures included
            logging.getLogger(talkative).setLevel(logging.WARNING)
        self._prefix = prefix
        self._ttl = ttl
        self._endpoint_url = endpoint_url
        self._monotonic = monotonic
        self._now = now
        self._clients: dict[int, Any] = {}
        self._known: dict[str, Known] = {}
        self._asking = Lock()
        self._away: tuple[float, str] | None = None
        """Until when AWS is not asked again, and why."""

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        ttl = environment.integer("SECRETS_TTL", 60, least=1, most=3600)
        return cls(environment.text("SECRETS_PREFIX", "celesta/"), ttl, environment.optional("SECRETS_ENDPOINT_URL"))

    def ping(self) -> None:
        """Everything that is in use can be read at this moment."""
        with self._asking:
            for name in tuple(self._known):
                self._ask(name)
            if not self._known:
                self._answered(PROBE, lambda: self._client.describe_secret(SecretId=self._prefix + PROBE))

    def versions(self, name: str) -> tuple[str, ...]:
        return tuple(version.value for version in self._current(name).versions.values())

    def describe(self, name: str) -> StoredSecret:
        found = self._current(name).versions.values()
        where = f"AWS Secrets Manager, {self._prefix}{name}"
        return StoredSecret(name, where, len(found), max(version.created_at for version in found))

    def _current(self, name: str) -> Known:
        known = self._known.get(check_name(name))
        if known is None:
            with self._asking:
                return self._known.get(name) or self._ask(name)
        # Of several who find it old one asks; the others do not wait.
        if known.until <= self._monotonic() and self._asking.acquire(blocking=False):
            try:
                return self._ask_again(name, known)
            finally:
                self._asking.release()
        return known

    def _ask_again(self, name: str, known: Known) -> Known:
        try:
            return self._ask(name)
        except BootError as error:
            log.warning("secrets: what was known last is still used. %s", error)
            self._known[name] = kept = replace(known, until=self._monotonic() + min(PAUSE, self._ttl))
            return kept

    def _ask(self, name: str) -> Known:
        versions = self._answered(name, lambda: self._fetch(name))
        if versions is None:
            raise MissingSecret(name, f"AWS Secrets Manager as {self._prefix}{name}")
        check_versions(name, "AWS Secrets Manager", [version.value for version in versions.values()])
        self._known[name] = known = Known(versions, self._monotonic() + self._ttl)
        return known

    def _fetch(self, name: str) -> dict[str, Version]:
        identifier = self._prefix + name
        stages = self._client.describe_secret(SecretId=identifier).get("VersionIdsToStages", {})
        labelled = {label: version for version, labels in stages.items() for label in labels}
        held = self._known[name].versions if name in self._known else {}
        valid = [labelled[label] for label in (CURRENT, PREVIOUS, PENDING) if label in labelled]
        found = {version: held.get(version) or self._value(name, version) for version in valid}
        return _settled_first(found, labelled, self._now() - timedelta(seconds=2 * self._ttl))

    def _value(self, name: str, version: str) -> Version:
        answer = self._client.get_secret_value(SecretId=self._prefix + name, VersionId=version)
        if "SecretString" not in answer:
            raise BootError(f"The secret {name} in AWS Secrets Manager is not text: store its value as a string.")
        return Version(answer["SecretString"].strip(), answer["CreatedDate"])

    def _answered(self, name: str, question: Callable[[], Any]) -> Any:
        """The answer, None where there is no such secret. Raises `BootError`: what is wrong, and what to do."""
        if self._away is not None and self._monotonic() < self._away[0]:
            raise Unreachable(self._away[1])
        try:
            answer = question()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "no reason")
            answer = None if code == "ResourceNotFoundException" else self._refused(name, code)
        except BotoCoreError as error:
            reason = (
                f"AWS Secrets Manager cannot be asked for {self._prefix}{name} ({error}): check the network, AWS_REGION and credentials."
            )
            self._away = self._monotonic() + PAUSE, reason
            raise Unreachable(self._away[1]) from None
        if self._away is not None:
            log.warning("secrets: AWS Secrets Manager answers again")
            self._away = None
        return answer

    def _refused(self, name: str, code: str) -> None:
        needed = "secretsmanager:DescribeSecret and secretsmanager:GetSecretValue"
        what = f"AWS Secrets Manager refuses {self._prefix}{name} ({code})"
        raise BootError(f"{what}: let this process's role have {needed}, and see that the secret is not deleted.") from None

    @property
    def _client(self) -> Any:
        """One for each process: a fork must not share its parent's connections."""
        process = os.getpid()
        if process not in self._clients:
            self._clients = {process: Session().client("secretsmanager", endpoint_url=self._endpoint_url, config=PATIENCE)}
        return self._clients[process]


def _settled_first(found: dict[str, Version], labelled: Mapping[str, str], settled_at: datetime) -> dict[str, Version]:
    """In the order of use: a current version that not every process may know yet comes behind the one before it."""
    current, previous = labelled.get(CURRENT), labelled.get(PREVIOUS)
    if current is None or previous is None or found[current].created_at <= settled_at:
        return found
    return {previous: found[previous], **found}
