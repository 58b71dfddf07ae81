"""Mail through an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from typing import ClassVar, Self
from urllib.parse import parse_qs, unquote, urlsplit

from ports.environment import BootError, Environment
from ports.mail.composing import compose, sender
from ports.mail.interface import Mail, MailUnavailable, Message

LONGEST_WAIT = 10
"""Seconds for each of the server's answers."""
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """Where the secret `SMTP_URL` leads: `smtp://user:password@host:port?starttls=1`, or `smtps://…`."""

    host: str
    port: int
    encrypted: bool
    """From the first byte on."""
    starttls: bool
    user: str | None
    password: str | None = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises `BootError`, which never shows the URL."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
            host = parts.hostname or ""
        except (ValueError, KeyError):
            host, port, parts = "", 0, urlsplit("")
        if not host:
            raise BootError("The secret SMTP_URL is no mail server's: write it as smtp://user:password@host:587?starttls=1 or smtps://….")
        starttls = parse_qs(parts.query).get("starttls") == ["1"]
        server = cls(host, port, parts.scheme == "smtps", starttls, _plain(parts.username), _plain(parts.password))
        if server.password is not None and not (server.encrypted or server.starttls or _is_here(host)):
            raise BootError("The secret SMTP_URL would send its password unencrypted: add ?starttls=1 or begin it with smtps://.")
        return server


class SmtpMail(Mail):
    """One connection per message, to the server of the secret `SMTP_URL`, from `MAIL_FROM`."""

    fake: ClassVar[bool] = False

    def __init__(self, server: Server, sender: str) -> None:
        self._server = server
        self._sender = sender

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(Server.parse(environment.secret("SMTP_URL")), sender(environment))

    def ping(self) -> None:
        try:
            with self._connected() as connection:
                connection.noop()
        except MailUnavailable as error:
            what_to_do = "see that it runs where the secret SMTP_URL says, and takes the user and password there"
            raise MailUnavailable(f"{error}. What to do: {what_to_do}.") from error

    def send(self, message: Message) -> None:
        composed = compose(message, self._sender)
        with self._connected() as connection:
            connection.sendmail(
                parseaddr(self._sender)[1], [message.to], bytes(composed)
            )  # send_message would alter lines that begin with From

    @contextmanager
    def _connected(self) -> Generator[smtplib.SMTP]:
        server = self._server
        try:
            with self._connection() as connection:
                if server.starttls:
                    connection.starttls(context=ssl.create_default_context())
                if server.user is not None and server.password is not None:
                    connection.login(server.user, server.password)
                yield connection
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"The mail server {server.host}:{server.port} did not take it: {error}") from error

    def _connection(self) -> smtplib.SMTP:
        server = self._server
        if server.encrypted:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=LONGEST_WAIT, context=ssl.create_default_context())
        return smtplib.SMTP(server.host, server.port, timeout=LONGEST_WAIT)


def _plain(quoted: str | None) -> str | None:
    return None if quoted is None else unquote(quoted)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
