"""Reports put into an S3 bucket of their own, for partners who read from there."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ports.environment import BootError, Environment
from ports.report_dispatch.addresses import address_of
from ports.report_dispatch.interface import DispatchFailed, ReportDispatch
from ports.storage.interface import InvalidKey
from ports.storage.keys import check_key

DIGEST = "sha256"
ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
PORTS = {"http": 80, "https": 443}


class S3Reports(ReportDispatch):
    """The bucket `REPORT_S3_BUCKET`, below `REPORT_S3_PREFIX` where set, at `REPORT_S3_ENDPOINT_URL` where it is not Amazon's.

    Credentials by boto's own chain. Outside production the endpoint must be on this machine, and no proxy is used.
    """

    fake: ClassVar[bool] = False

    def __init__(self, bucket: str, prefix: str, endpoint_url: str | None, *, production: bool) -> None:
        self._bucket = bucket
        self._prefix = f"{check_key(prefix)}/" if prefix else ""
        self._production = production
        self._endpoint_url = endpoint_url if production else _on_this_machine(endpoint_url)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        bucket, prefix = environment.text("REPORT_S3_BUCKET"), (environment.optional("REPORT_S3_PREFIX") or "").strip("/")
        if bucket == environment.optional("S3_BUCKET"):
            raise BootError("REPORT_S3_BUCKET is the bucket that holds our own objects: name one that partners may read.")
        try:
            return cls(bucket, prefix, environment.optional("REPORT_S3_ENDPOINT_URL"), production=environment.production)
        except InvalidKey as error:
            raise BootError(f"REPORT_S3_PREFIX cannot be used: {error}") from None
        except DispatchFailed as error:
            raise BootError(f"REPORT_S3_ENDPOINT_URL cannot be used: {error}") from None

    @cached_property
    def _client(self) -> Any:
        direct = {} if self._production else {"proxies": {}}
        config = Config(
            signature_version="s3v4", connect_timeout=5, read_timeout=30, retries={"max_attempts": 4, "mode": "standard"}, **direct
        )
        return Session().client("s3", endpoint_url=self._endpoint_url, config=config)

    def ping(self) -> None:
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (ClientError, BotoCoreError, Boto3Error) as error:
            what_to_do = "see that REPORT_S3_BUCKET exists at REPORT_S3_ENDPOINT_URL, and that our credentials let us in."
            raise DispatchFailed(f"The bucket {self._bucket} does not answer ({error}): {what_to_do}") from error

    def send(self, path: str, source: Path) -> str:
        name, content = self._prefix + check_key(path), source.read_bytes()
        place, digest = f"s3://{self._bucket}/{name}", hashlib.sha256(content).hexdigest()
        try:
            there = self._stored(name)
            if there is None:
                self._client.put_object(Bucket=self._bucket, Key=name, Body=content, Metadata={DIGEST: digest})
                there = self._stored(name)
        except (ClientError, BotoCoreError, Boto3Error) as error:
            raise DispatchFailed(f"S3 did not take {place}: {error}") from error
        if there != (len(content), digest):
            raise DispatchFailed(f"Another file lies at {place}: see where it came from, then move it away.")
        return place

    def _stored(self, name: str) -> tuple[int, str] | None:
        """The size and digest of what lies there."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ABSENT:
                return None
            raise
        return head["ContentLength"], head["Metadata"].get(DIGEST, "")


def _on_this_machine(endpoint_url: str | None) -> str:
    """The endpoint by the address that was checked. Raises `BootError` where it is another machine's."""
    if endpoint_url is None:
        raise BootError("Reports would leave this machine for Amazon, and CELESTA_ENV is not production: set REPORT_S3_ENDPOINT_URL.")
    try:
        parts = urlsplit(endpoint_url)
        port, host = parts.port or PORTS[parts.scheme], parts.hostname or ""
    except (ValueError, KeyError):
        raise BootError("REPORT_S3_ENDPOINT_URL is no address: write it as http://127.0.0.1:9000.") from None
    address = address_of(host, port, production=False)
    return f"{parts.scheme}://{f'[{address}]' if ':' in address else address}:{port}"
