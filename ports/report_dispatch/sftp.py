"""Reports uploaded to an SFTP server whose key is known beforehand."""

from __future__ import annotations

import binascii
import io
import socket
from base64 import b64decode
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import ClassVar, Self
from uuid import uuid4

import paramiko

from ports.environment import BootError, Environment, MissingSetting
from ports.report_dispatch.addresses import address_of
from ports.report_dispatch.interface import DispatchFailed, ReportDispatch
from ports.storage.keys import check_key

LONGEST_WAIT = 20
"""Seconds for each of the server's answers."""
RSA = "ssh-rsa"
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
"""What an RSA key signs with since OpenSSH 8.8 refuses SHA-1."""
CHUNK = 1 << 16


@dataclass(frozen=True)
class HostKey:
    """The one key that the server may prove itself by."""

    algorithm: str
    key: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """As in a known_hosts file, without the host: `ssh-ed25519 AAAA…`. Raises `BootError`."""
        try:
            algorithm, key = line.split()[:2]
            return cls(algorithm, b64decode(key, validate=True))
        except (ValueError, binascii.Error):
            raise BootError("REPORT_SFTP_HOST_KEY is no key: copy it from `ssh-keyscan`, as ssh-ed25519 AAAA…, and check it.") from None

    @property
    def signatures(self) -> tuple[str, ...]:
        return RSA_SIGNATURES if self.algorithm == RSA else (self.algorithm,)


@dataclass(frozen=True)
class Account:
    """Where to, and as whom: by a private key, or by a password."""

    host: str
    port: int
    user: str
    key: str | None = field(repr=False)
    password: str | None = field(repr=False)

    def authenticate(self, transport: paramiko.Transport) -> None:
        if self.key is None:
            transport.auth_password(self.user, self.password or "")
        else:
            transport.auth_publickey(self.user, _private_key(self.key))


class SftpReports(ReportDispatch):
    """To the account `REPORT_SFTP_USER` at `REPORT_SFTP_HOST` and `REPORT_SFTP_PORT`, below `REPORT_SFTP_FOLDER`.

    By the secret `REPORT_SFTP_KEY` (a private key's file in base64, as secrets are one line) or `REPORT_SFTP_PASSWORD`. The server must
    show exactly `REPORT_SFTP_HOST_KEY`; outside production it must be on this machine.
    """

    fake: ClassVar[bool] = False

    def __init__(self, account: Account, host_key: HostKey, folder: str, *, production: bool) -> None:
        self._account = account
        self._host_key = host_key
        self._folder = PurePosixPath(folder)
        self._production = production
        with suppress(DispatchFailed):  # a name that cannot be looked up now may be later
            address_of(account.host, account.port, production=production)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        key, password = _secret(environment, "REPORT_SFTP_KEY"), _secret(environment, "REPORT_SFTP_PASSWORD")
        if key is None and password is None:
            raise BootError("Neither of the secrets REPORT_SFTP_KEY and REPORT_SFTP_PASSWORD is set: set the one the partner expects.")
        if key is not None:
            _private_key(key)
        port = environment.integer("REPORT_SFTP_PORT", 22, least=1, most=65535)
        account = Account(environment.text("REPORT_SFTP_HOST"), port, environment.text("REPORT_SFTP_USER"), key, password)
        host_key = HostKey.parse(environment.text("REPORT_SFTP_HOST_KEY"))
        return cls(account, host_key, environment.text("REPORT_SFTP_FOLDER", "."), production=environment.production)

    def ping(self) -> None:
        what_to_do = "See REPORT_SFTP_HOST, REPORT_SFTP_USER, REPORT_SFTP_FOLDER and our key or password, or ask the partner."
        try:
            with self._connected() as sftp:
                sftp.stat(str(self._folder))
        except DispatchFailed as error:
            raise DispatchFailed(f"{error} {what_to_do}") from error

    def send(self, path: str, source: Path) -> str:
        target = self._folder / check_key(path)
        with self._connected() as sftp:
            _make_folders(sftp, target.parent, self._folder)
            _drop_unfinished(sftp, target)
            if not _there(sftp, target):
                _upload(sftp, source, target)
            elif not _same(sftp, target, source):
                raise DispatchFailed(f"Another file lies at {target} on {self._account.host}: see where it came from, then move it away.")
        return f"sftp://{self._account.host}/{target}"

    @contextmanager
    def _connected(self) -> Generator[paramiko.SFTPClient]:
        account = self._account
        address = address_of(account.host, account.port, production=self._production)
        try:
            with (
                socket.create_connection((address, account.port), LONGEST_WAIT) as connection,
                paramiko.Transport(connection) as transport,
            ):
                self._begin(transport)
                sftp = paramiko.SFTPClient.from_transport(transport)
                assert sftp is not None
                with sftp:
                    channel = sftp.get_channel()
                    assert channel is not None
                    channel.settimeout(LONGEST_WAIT)
                    yield sftp
        except DispatchFailed:
            raise
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise DispatchFailed(f"{account.host}:{account.port} did not take it: {error or type(error).__name__}.") from error

    def _begin(self, transport: paramiko.Transport) -> None:
        """Nothing is told to a server before it has proved to be the one we know."""
        transport.auth_timeout = transport.banner_timeout = LONGEST_WAIT
        transport.get_security_options().key_types = self._host_key.signatures
        transport.start_client(timeout=LONGEST_WAIT)
        shown = transport.get_remote_server_key()
        if shown.asbytes() != self._host_key.key:
            raise DispatchFailed(
                f"{self._account.host} shows another key than REPORT_SFTP_HOST_KEY: nothing was sent. Ask the partner before changing it."
            )
        self._account.authenticate(transport)


def _secret(environment: Environment, name: str) -> str | None:
    try:
        return environment.secret(name)
    except MissingSetting:
        return None


def _private_key(encoded: str) -> paramiko.PKey:
    """Raises `BootError`, which never shows the key."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(b64decode(encoded, validate=True).decode()))
        except (paramiko.SSHException, ValueError):
            continue
    raise BootError("The secret REPORT_SFTP_KEY is no private key: give one without a passphrase, in one line by `base64 -w0 FILE`.")


def _make_folders(sftp: paramiko.SFTPClient, folder: PurePosixPath, above: PurePosixPath) -> None:
    for one in [*reversed(folder.parents), folder]:
        if one.is_relative_to(above) and one != above and not _there(sftp, one):
            with suppress(OSError):  # somebody else makes it at this moment; where nobody does, the upload says why
                sftp.mkdir(str(one))


def _there(sftp: paramiko.SFTPClient, path: PurePosixPath) -> bool:
    try:
        sftp.stat(str(path))
    except FileNotFoundError:
        return False
    return True


def _same(sftp: paramiko.SFTPClient, path: PurePosixPath, source: Path) -> bool:
    if sftp.stat(str(path)).st_size != source.stat().st_size:
        return False
    with sftp.open(str(path), "rb") as theirs, source.open("rb") as ours:
        theirs.prefetch()
        return all(theirs.read(len(chunk)) == chunk for chunk in iter(lambda: ours.read(CHUNK), b""))


def _drop_unfinished(sftp: paramiko.SFTPClient, target: PurePosixPath) -> None:
    """What a killed upload of this very file left."""
    for name in sftp.listdir(str(target.parent)):
        if name.startswith(f".{target.name}.") and name.endswith(".part"):
            with suppress(FileNotFoundError):
                sftp.remove(str(target.parent / name))


def _upload(sftp: paramiko.SFTPClient, source: Path, target: PurePosixPath) -> None:
    """Under another name first, which readers take for nothing; a rename shows it whole, and never replaces what is there."""
    written = target.with_name(f".{target.name}.{uuid4().hex}.part")
    sftp.put(str(source), str(written), confirm=False)
    size, expected = sftp.stat(str(written)).st_size, source.stat().st_size
    if size != expected:
        raise DispatchFailed(f"Of {target} {size} bytes have arrived, not {expected}: it is sent again.")
    sftp.rename(str(written), str(target))
