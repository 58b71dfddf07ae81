"""Objects in an S3 bucket, or in anything that speaks its protocol."""

from __future__ import annotations

import io
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Self, cast

from boto3.exceptions import Boto3Error
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ports.environment import BootError, Environment
from ports.storage.interface import InvalidKey, ObjectNotFound, Storage
from ports.storage.keys import PUBLIC, check_key, check_prefix, check_public
from ports.storage.sending import PUBLIC_HEADERS
from ports.storage.signing import unix_seconds

LONGEST_LINK = 7 * 24 * 3600
"""The most that AWS Signature Version 4 accepts as `X-Amz-Expires`."""
AMAZON = "https://{bucket}.s3.amazonaws.com"
NOT_FOUND = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Storage(Storage):
    """The bucket `S3_BUCKET`, below `S3_PREFIX` where set, at `S3_ENDPOINT_URL` where it is not Amazon's; credentials by boto's own chain.

    Covers are read at `S3_PUBLIC_URL` (a CDN's, or the bucket's own where that is not set) by everybody: its policy has to let them.

    Links are judged by the machine's clock, here and at S3.
    """

    fake: ClassVar[bool] = False

    def __init__(self, bucket: str, prefix: str = "", endpoint_url: str | None = None, public_url: str | None = None) -> None:
        """`prefix` is a key of its own, without a slash at its end; at `public_url` the bucket's public objects are read by everybody."""
        self._bucket = bucket
        self._prefix = f"{check_key(prefix)}/" if prefix else ""
        self._endpoint_url = endpoint_url
        in_the_bucket = f"{endpoint_url.rstrip('/')}/{bucket}" if endpoint_url else AMAZON.format(bucket=bucket)
        self._public_url = (public_url or in_the_bucket).rstrip("/")

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        prefix = (environment.optional("S3_PREFIX") or "").strip("/")
        try:
            endpoint, public = environment.optional("S3_ENDPOINT_URL"), environment.optional("S3_PUBLIC_URL")
            return cls(environment.text("S3_BUCKET"), prefix, endpoint, public)
        except InvalidKey as error:
            raise BootError(f"S3_PREFIX cannot be used: {error}") from None

    @cached_property
    def _client(self) -> Any:
        config = Config(signature_version="s3v4", connect_timeout=5, read_timeout=30, retries={"max_attempts": 4, "mode": "standard"})
        return Session().client("s3", endpoint_url=self._endpoint_url, config=config)

    def ping(self) -> None:
        try:
            with _answers(self._bucket):
                self._client.head_bucket(Bucket=self._bucket)
        except ObjectNotFound:
            raise OSError(f"The bucket {self._bucket} does not exist: create it, or set S3_BUCKET to one that does.") from None
        except OSError as error:
            what_to_do = "see that S3_ENDPOINT_URL is right, and that our credentials and their policy let us into S3_BUCKET"
            raise OSError(f"{error}. What to do: {what_to_do}.") from error

    def put(self, key: str, source: Path, content_type: str) -> None:
        name = self._name(key)
        with _answers(key):
            self._client.upload_file(str(source), self._bucket, name, ExtraArgs={"ContentType": content_type, **_kept(key)})

    def open(self, key: str) -> BinaryIO:
        name = self._name(key)
        with _answers(key):
            body = self._client.get_object(Bucket=self._bucket, Key=name)["Body"]
        return cast(BinaryIO, io.BufferedReader(body, 1 << 16))

    def fetch(self, key: str, target: Path) -> None:
        name = self._name(key)
        with _answers(key):
            self._client.download_file(self._bucket, name, str(target))

    def size(self, key: str) -> int | None:
        name = self._name(key)
        try:
            with _answers(key):
                return int(self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"])
        except ObjectNotFound:
            return None

    def delete(self, key: str) -> None:
        name = self._name(key)
        with _answers(key):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def keys(self, prefix: str) -> Iterator[str]:
        return self._listed(self._prefix + check_prefix(prefix))

    def _listed(self, prefix: str) -> Iterator[str]:
        with _answers(prefix):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for item in page.get("Contents", ()):
                    yield item["Key"].removeprefix(self._prefix)

    def signed_url(self, key: str, expires: datetime) -> str:
        parameters = {"Bucket": self._bucket, "Key": self._name(key)}
        client = self._client  # takes a while to be made, and the time left is counted from when it signs
        lifetime = unix_seconds(expires) - int(time.time())
        if not 1 <= lifetime <= LONGEST_LINK:
            raise ValueError(f"A link to {key} until {expires} cannot be signed: S3 takes from 1 second to 7 days from now.")
        return client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=lifetime)

    def public_url(self, key: str) -> str:
        return f"{self._public_url}/{self._prefix}{check_public(key)}"

    def _name(self, key: str) -> str:
        return self._prefix + check_key(key)


def _kept(key: str) -> dict[str, str]:
    """How long it may be kept: told by S3 only where it is told so itself."""
    return {"CacheControl": PUBLIC_HEADERS["Cache-Control"]} if key.startswith(PUBLIC) else {}


@contextmanager
def _answers(key: str) -> Generator[None]:
    """Say what boto's errors mean in the port's words."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_FOUND:
            raise ObjectNotFound(f"No object is stored under {key}.") from None
        raise OSError(f"S3 refused {key}: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(f"S3 did not answer for {key}: {error}") from error
