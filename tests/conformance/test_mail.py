"""Every implementation of the mail port passes this suite."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from apps.console.embedded import free_port
from ports.environment import BootError
from ports.mail.interface import Mail, MailUnavailable, Message
from ports.mail.outbox import OutboxMail
from ports.mail.smtp import Server, SmtpMail
from tests.services import SmtpServer

MESSAGE = Message("ana@example.org", "Willkommen, Björk", "Hallo\n\nBjörk\n", "<p>Hallo Björk</p>")


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return settings | {"MAIL_FROM": "Célesta <music@example.org>"}


@pytest.fixture(params=["smtp", "outbox"])
def mail(request, settings, environment) -> Mail:
    if request.param == "outbox":
        return OutboxMail.from_env(environment)
    settings["SMTP_URL"] = request.getfixturevalue("smtp_server").url
    return SmtpMail.from_env(environment)


@pytest.fixture
def received(request, mail, environment) -> Callable[[], list[EmailMessage]]:
    """Everything that was handed over, in order."""

    def from_files() -> list[EmailMessage]:
        files = sorted((environment.home / "outbox").glob("*"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    if isinstance(mail, OutboxMail):
        return from_files
    server: SmtpServer = request.getfixturevalue("smtp_server")
    return lambda: server.received


class TestMail:
    def test_hands_the_whole_message_over(self, mail, received):
        mail.send(MESSAGE)
        (message,) = received()
        assert (message["To"], message["From"], message["Subject"]) == (MESSAGE.to, "Célesta <music@example.org>", MESSAGE.subject)
        assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == MESSAGE.text
        assert message.get_body(("html",)).get_content().strip() == MESSAGE.html

    def test_a_message_has_a_date_and_an_id_of_its_own(self, mail, received):
        mail.send(MESSAGE)
        mail.send(MESSAGE)
        messages = received()
        assert all(message["Date"].datetime for message in messages)
        assert len({message["Message-ID"] for message in messages}) == 2

    def test_plain_text_alone_is_enough(self, mail, received):
        mail.send(Message("ana@example.org", "Hello", "Text"))
        (message,) = received()
        assert message.get_content_type() == "text/plain"

    def test_keeps_lines_of_any_length_and_form(self, mail, received):
        text = "x" * 5000 + "\n.\n.begins with a dot\nFrom the start\n"
        mail.send(Message("ana@example.org", "Hello", text))
        (message,) = received()
        assert message.get_content().replace("\r\n", "\n") == text

    @pytest.mark.parametrize(
        "to",
        [
            "ana@example.org\nBcc: eve@example.org",
            "ana@example.org\r\n",
            "ana@example.org, eve@example.org",
            "Ana <ana@example.org>",
            "ana",
            "ana@",
            "ana@exämple.org",
            "ana@example..org",
            "@example.org",
            "",
            "ana@example.org eve@example.org",
            "ana@example.org\0",
        ],
    )
    def test_refuses_what_is_not_one_address(self, mail, received, to):
        with pytest.raises(ValueError, match="is not one mail address"):
            mail.send(Message(to, "Hello", "Text"))
        assert received() == []

    @pytest.mark.parametrize("subject", ["Hello\nBcc: eve@example.org", "Hello\r", "Hello\0"])
    def test_refuses_a_subject_that_could_add_headers(self, mail, received, subject):
        with pytest.raises(ValueError, match="control character"):
            mail.send(Message("ana@example.org", subject, "Text"))
        assert received() == []

    def test_answers(self, mail):
        mail.ping()


class TestSmtpMail:
    def build(self, settings, environment, url: str) -> SmtpMail:
        settings["SMTP_URL"] = url
        return SmtpMail.from_env(environment)

    def test_sends_to_the_one_address(self, settings, environment, smtp_server):
        self.build(settings, environment, smtp_server.url).send(MESSAGE)
        assert smtp_server.recipients == [MESSAGE.to]

    def test_logs_in(self, settings, environment, smtp_server):
        self.build(settings, environment, smtp_server.url.replace("//", "//user:password@")).send(MESSAGE)
        assert len(smtp_server.received) == 1

    def test_a_refused_log_in_takes_nothing_and_shows_no_password(self, settings, environment, smtp_server):
        mail = self.build(settings, environment, smtp_server.url.replace("//", "//user:precious@"))
        with pytest.raises(MailUnavailable) as refused:
            mail.send(MESSAGE)
        assert "precious" not in str(refused.value)
        assert smtp_server.received == []

    def test_a_refused_address_takes_nothing(self, settings, environment, smtp_server):
        mail = self.build(settings, environment, smtp_server.url)
        with pytest.raises(MailUnavailable, match="no such mailbox"):
            mail.send(Message("refused@example.org", "Hello", "Text"))
        assert smtp_server.received == []

    def test_a_server_that_is_not_there_takes_nothing(self, settings, environment):
        mail = self.build(settings, environment, f"smtp://127.0.0.1:{free_port()}")
        with pytest.raises(MailUnavailable, match=r"127\.0\.0\.1"):
            mail.send(MESSAGE)
        with pytest.raises(MailUnavailable):
            mail.ping()

    def test_sends_nothing_to_a_server_without_the_encryption_asked_for(self, settings, environment, smtp_server):
        mail = self.build(settings, environment, f"{smtp_server.url}?starttls=1")
        with pytest.raises(MailUnavailable, match="STARTTLS"):
            mail.send(MESSAGE)
        assert smtp_server.received == []

    @pytest.mark.parametrize("url", ["http://precious@host", "precious", "smtp://", "smtp://precious@host:port", "smtp://[precious"])
    def test_what_is_no_mail_server_stops_the_boot_and_is_not_shown(self, settings, environment, url):
        with pytest.raises(BootError, match="SMTP_URL is no mail server's") as refused:
            self.build(settings, environment, url)
        assert "precious" not in str(refused.value)

    def test_a_password_is_never_sent_unencrypted_over_a_network(self, settings, environment):
        with pytest.raises(BootError, match="unencrypted") as refused:
            self.build(settings, environment, "smtp://user:precious@mail.example.org")
        assert "precious" not in str(refused.value)

    @pytest.mark.parametrize("sender", ["nobody", "", "a@example.org\nBcc: b@example.org"])
    def test_a_sender_that_is_no_address_stops_the_boot(self, settings, environment, smtp_server, sender):
        settings["MAIL_FROM"] = sender
        with pytest.raises(BootError, match="MAIL_FROM"):
            self.build(settings, environment, smtp_server.url)


class TestServer:
    def test_reads_the_url(self):
        server = Server.parse("smtp://us%40er:p%2Fw@mail.example.org:587?starttls=1")
        assert server == Server("mail.example.org", 587, encrypted=False, starttls=True, user="us@er", password="p/w")

    @pytest.mark.parametrize(("url", "port", "encrypted"), [("smtp://host", 25, False), ("smtps://u:p@host", 465, True)])
    def test_knows_the_usual_ports(self, url, port, encrypted):
        assert (Server.parse(url).port, Server.parse(url).encrypted) == (port, encrypted)

    def test_shows_no_password(self):
        assert "precious" not in repr(Server.parse("smtps://user:precious@host"))


class TestOutboxMail:
    def test_says_loudly_that_it_is_a_fake(self, environment, caplog):
        caplog.set_level(logging.WARNING)
        assert OutboxMail.from_env(environment).fake is True
        assert "mail is a fake" in caplog.text

    def test_its_files_are_ours_alone(self, environment):
        OutboxMail.from_env(environment).send(MESSAGE)
        (file,) = (environment.home / "outbox").iterdir()
        assert file.suffix == ".eml"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700

    def test_a_message_that_cannot_be_written_is_not_taken(self, environment):
        mail = OutboxMail.from_env(environment)
        (environment.home / "outbox").rmdir()
        with pytest.raises(MailUnavailable, match=os.strerror(errno.ENOENT)):
            mail.send(MESSAGE)
        with pytest.raises(MailUnavailable):
            mail.ping()

    def test_needs_no_setting(self, settings, environment):
        settings["MAIL_FROM"] = ""
        OutboxMail.from_env(environment).send(MESSAGE)

    def test_a_folder_that_cannot_be_made_stops_the_boot(self, settings, environment, tmp_path):
        (tmp_path / "file").write_text("")
        settings["CELESTA_HOME"] = str(tmp_path / "file")
        with pytest.raises(BootError, match="CELESTA_HOME"):
            OutboxMail.from_env(environment)
