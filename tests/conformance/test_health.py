"""Where a port's service fails, its health says what, why and what to do, and no secret: shown by real failures."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import moto
import pytest

from apps.console.embedded import free_port
from ports.cache.interface import Cache
from ports.cache.memory import MemoryCache
from ports.clock.interface import Clock
from ports.container import Container
from ports.health import Checkup, check_ports
from ports.registry import PORTS
from ports.tokens.interface import Tokens
from ports.tokens.memory import MemoryTokens
from tests.services import S3Server, SmtpServer
from tests.sftp_server import sftp

PRECIOUS = "k7Vd-precious"


def of(variable: str):
    return next(port for port in PORTS if port.variable == variable)


@pytest.fixture
def values(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home"), "SECRETS": "env", "MEDIA_KEY": PRECIOUS}


@pytest.fixture
def trouble(values: dict[str, str]) -> Callable[..., str]:
    """What the health of a port says with that implementation and these settings; `spoil` is done once it is built."""

    def ask(variable: str, chosen: str, spoil: Callable[[], object] | None = None, **settings: str) -> str:
        container, port = Container({**values, **settings, variable: chosen}), of(variable)
        if spoil is not None:
            container.get(port.interface)
            spoil()
        (health,) = check_ports(container, [port], patience=60)
        assert health.trouble is not None
        assert not any(word in health.trouble for word in (PRECIOUS, "Traceback", "\n"))
        return health.trouble

    return ask


class TestRedis:
    @pytest.mark.parametrize(("variable", "secret"), [("SESSIONS", "REDIS_URL"), ("TOKENS", "REDIS_URL"), ("CACHE", "CACHE_URL")])
    def test_that_is_away(self, trouble, variable, secret):
        told = trouble(variable, "redis", **{secret: f"redis://:{PRECIOUS}@127.0.0.1:{free_port()}/0"})
        assert re.search(rf"does not answer \(.*refused.*\): see that a Redis runs where the secret {secret} says", told)

    @pytest.mark.parametrize(("variable", "secret"), [("SESSIONS", "REDIS_URL"), ("TOKENS", "REDIS_URL"), ("CACHE", "CACHE_URL")])
    def test_that_does_not_let_us_in(self, trouble, own_server, variable, secret):
        with own_server.client as client:
            client.config_set("requirepass", "another")
        told = trouble(variable, "redis", **{secret: f"redis://:{PRECIOUS}@127.0.0.1:{own_server.port}/0"})
        assert re.search(rf"does not answer \(.*(password|Authentication).*\): .*{secret}.* lets us in by the password there", told)

    def test_the_broker_that_is_away(self, trouble):
        told = trouble("TASK_QUEUE", "celery", BROKER_URL=f"redis://:{PRECIOUS}@127.0.0.1:{free_port()}/1")
        assert re.search(r"The broker does not answer \(.*refused.*\): see that it runs where the secret BROKER_URL says", told)

    def test_a_broker_whose_password_is_not_escaped(self, trouble):
        told = trouble("TASK_QUEUE", "celery", BROKER_URL=f"redis://:{PRECIOUS}/x@127.0.0.1:6379/1")
        assert told == "The secret BROKER_URL is no address: write / : @ in its password as %2F %3A %40."


class TestS3:
    @pytest.fixture
    def bucket(self, s3_server: S3Server) -> dict[str, str]:
        return {"S3_BUCKET": s3_server.new_bucket(), "S3_ENDPOINT_URL": s3_server.endpoint_url}

    def test_a_bucket_that_is_not_there(self, trouble, bucket):
        told = trouble("STORAGE", "s3", **{**bucket, "S3_BUCKET": "nobodys"})
        assert told == "The bucket nobodys does not exist: create it, or set S3_BUCKET to one that does."

    def test_that_is_away(self, trouble, bucket):
        told = trouble("STORAGE", "s3", **{**bucket, "S3_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
        assert re.search(r"S3 did not answer for bucket-.*Could not connect.*What to do: see that S3_ENDPOINT_URL is right", told)

    def test_with_credentials_that_it_does_not_know(self, trouble, bucket, monkeypatch):
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PRECIOUS)
        monkeypatch.setattr(moto.settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0.0)  # from now on it looks at them
        told = trouble("STORAGE", "s3", **bucket)
        assert re.search(r"S3 refused bucket-.*403.*What to do: .*credentials and their policy let us into S3_BUCKET", told)

    def test_without_credentials(self, trouble, bucket, monkeypatch):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        assert re.search(r"Unable to locate credentials.*What to do: .*credentials", trouble("STORAGE", "s3", **bucket))

    def test_for_reports(self, trouble, s3_server):
        settings = {"REPORT_S3_BUCKET": "nobodys", "REPORT_S3_ENDPOINT_URL": s3_server.endpoint_url}
        told = trouble("REPORT_DISPATCH", "s3", **settings)
        assert re.search(r"bucket nobodys does not answer \(.*404.*\): see that REPORT_S3_BUCKET exists at REPORT_S3_ENDPOINT_URL", told)

    def test_where_secrets_are(self, trouble, s3_server):
        told = trouble("SECRETS", "aws", SECRETS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")
        assert re.search(r"AWS Secrets Manager cannot be asked .*: check the network, AWS_REGION and credentials", told)


class TestMail:
    def test_a_server_that_is_away(self, trouble):
        told = trouble("MAIL", "smtp", SMTP_URL=f"smtp://user:{PRECIOUS}@127.0.0.1:{free_port()}", MAIL_FROM="a@example.org")
        assert re.search(
            r"mail server 127.0.0.1:\d+ did not take it: .*refused.*What to do: see that it runs where the secret SMTP_URL", told
        )

    def test_a_server_that_does_not_let_us_in(self, trouble, smtp_server: SmtpServer):
        told = trouble("MAIL", "smtp", SMTP_URL=f"smtp://user:{PRECIOUS}@127.0.0.1:{smtp_server.port}", MAIL_FROM="a@example.org")
        assert re.search(r"did not take it: .*535.*What to do: .*takes the user and password there", told)


class TestSftp:
    def test_a_server_that_is_away_and_one_that_does_not_let_us_in(self, trouble, tmp_path):
        with sftp(tmp_path / "partner") as server:
            settings = {**server.settings(), "REPORT_SFTP_PASSWORD": PRECIOUS}
            refused = trouble("REPORT_DISPATCH", "sftp", **settings)
        away = trouble("REPORT_DISPATCH", "sftp", **{**settings, "REPORT_SFTP_PORT": str(free_port())})
        assert re.search(r"127.0.0.1:\d+ did not take it: Authentication failed.* See REPORT_SFTP_HOST, .* or ask the partner", refused)
        assert re.search(r"did not take it: .*refused.* See REPORT_SFTP_HOST", away)


class TestFolders:
    @pytest.mark.parametrize(
        ("variable", "chosen", "folder"),
        [
            ("STORAGE", "filesystem", "storage/.incoming"),
            ("MAIL", "outbox", "outbox"),
            ("REPORT_DISPATCH", "hold", "reports"),
            ("APPLE", "fake", "test-apple"),
        ],
    )
    def test_that_cannot_be_written_to(self, trouble, values, variable, chosen, folder):
        lost = Path(values["CELESTA_HOME"]) / folder
        told = trouble(variable, chosen, lambda: shutil.rmtree(lost))
        assert told == f"{lost} cannot be written to: give this user the folder."

    def test_that_cannot_be_made(self, trouble, values):
        Path(values["CELESTA_HOME"]).write_text("in the way")
        told = trouble("STORAGE", "filesystem")
        assert re.search(r"Objects cannot be stored in .* \(.*\): set STORAGE_PATH to a folder we may write to", told)

    def test_the_clocks_file(self, trouble, values):
        file = Path(values["CELESTA_HOME"]) / "clock"
        told = trouble("CLOCK", "stepped", file.unlink)
        assert told == f"The clock's file {file} cannot be read (No such file or directory): set CLOCK_FILE to one that can."


class TestSecrets:
    def test_one_that_is_missing_is_named(self, trouble, values):
        del values["MEDIA_KEY"]
        assert trouble("STORAGE", "filesystem").startswith("The secret MEDIA_KEY is missing: add it to ")

    def test_a_file_that_others_may_read_is_named(self, trouble, values):
        path = Path(values["CELESTA_HOME"]) / "secrets/SESSION_KEY"
        path.parent.mkdir(parents=True)
        path.write_text(PRECIOUS)
        path.chmod(0o644)
        told = trouble("SECRETS", "file")
        assert told == f"The secret SESSION_KEY in {path} has the mode 0644, and may only be read by us: run chmod 0400 {path}."


class TestPrograms:
    def test_an_ffmpeg_that_is_not_there(self, trouble):
        told = trouble("TRANSCODER", "ffmpeg", FFMPEG="/nowhere/ffmpeg")
        assert told == "FFMPEG=/nowhere/ffmpeg is not a program: set it to the path of ffmpeg, or leave it out to use the installed one."

    def test_an_ffmpeg_that_does_not_start(self, trouble, tmp_path):
        broken = tmp_path / "ffmpeg"
        broken.write_text("#!/bin/sh\nexit 3\n")
        broken.chmod(0o700)
        assert re.search(
            r"ffmpeg does not start \(.*\): install it, or set FFMPEG to its path", trouble("TRANSCODER", "ffmpeg", FFMPEG=str(broken))
        )

    def test_a_fake_in_production(self, trouble):
        told = trouble("MAIL", "outbox", CELESTA_ENV="production")
        assert told == "MAIL=outbox is a fake and CELESTA_ENV is production: choose a real one of smtp."


class TestACheck:
    def test_of_what_answers_has_nothing_to_say(self, values):
        (clock,) = check_ports(Container({**values, "CLOCK": "stepped"}), [of("CLOCK")])
        assert (clock.name, clock.variable, clock.chosen, clock.fake, clock.trouble) == ("clock", "CLOCK", "stepped", True, None)

    def test_waits_for_no_service_that_hangs(self, values):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings = {"MAIL": "smtp", "SMTP_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}", "MAIL_FROM": "a@example.org"}
            mail, clock = check_ports(Container({**values, **settings}), [of("MAIL"), of("CLOCK")], patience=0.2)
        assert (
            mail.trouble == "It did not answer within 0.2 s: see that it runs, and that nothing on the way holds us up (MAIL chooses it)."
        )
        assert clock.trouble is None

    def test_asks_all_at_once(self, values):
        """Two that answer only while both are being asked."""
        both, container = Barrier(2), Container(values)
        container.put(Cache, MetCache(both))
        container.put(Tokens, MetTokens(both))
        checked = check_ports(container, [of("CACHE"), of("TOKENS")], patience=60)
        assert [one.trouble for one in checked] == [None, None]

    def test_shows_nothing_of_an_error_that_nobody_foresaw(self, values, caplog):
        container = Container(values)
        container.put(Cache, Surprising())
        (cache,) = check_ports(container, [of("CACHE")])
        assert cache.trouble == "It failed with ValueError, which is not foreseen: check the settings and secrets of CACHE."
        assert PRECIOUS not in caplog.text

    def test_of_a_process_is_of_what_it_uses(self, values):
        container = Container({**values, "SECRETS": "env", "TOKENS": "redis"})
        container.get(Clock)
        container.environment.secret("MEDIA_KEY")
        report = Checkup(container).report()
        assert [port.name for port in report.ports] == ["secrets", "clock"]
        assert [(one.name, one.versions) for one in report.secrets] == [("MEDIA_KEY", 1)]
        assert PRECIOUS not in repr(report)


class Surprising(MemoryCache):
    def ping(self) -> None:
        raise ValueError(f"invalid port {PRECIOUS}")


class Met:
    """Answers once so many are asked at the same time."""

    def __init__(self, met: Barrier) -> None:
        self._met = met

    def ping(self) -> None:
        self._met.wait(timeout=5)


class MetCache(Met, MemoryCache):
    """One of them."""


class MetTokens(Met, MemoryTokens):
    """The other."""
