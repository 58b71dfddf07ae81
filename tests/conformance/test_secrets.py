"""Every implementation of the secrets port passes this suite."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from apps.console.embedded import free_port
from ports.environment import BootError, Environment
from ports.secrets.aws import PAUSE, AwsSecrets
from ports.secrets.env import EnvSecrets
from ports.secrets.file import FileSecrets
from ports.secrets.interface import MissingSecret, Secrets
from tests.services import S3Server, SecretsManager

Write = Callable[..., Secrets]
PRECIOUS = "k7Vd-precious"
LATER = datetime.now(UTC) + timedelta(hours=1)
"""When every version that a test has stored is known everywhere."""


@pytest.fixture(params=["env", "file", "file, from the environment", "aws"])
def write(request, settings, environment) -> Write:
    """Stores versions under a name and returns the implementation that holds them."""

    def write(name: str, *versions: str) -> Secrets:
        if request.param == "aws":
            manager: SecretsManager = request.getfixturevalue("secrets_manager")
            manager.store(name, *versions)
            return AwsSecrets(manager.prefix, 60, manager.endpoint_url, now=lambda: LATER)
        if request.param == "file":
            write_file(environment.home / "secrets", name, *versions)
        else:
            settings[name] = " ".join(versions)
        return EnvSecrets.from_env(environment) if request.param == "env" else FileSecrets.from_env(environment)

    return write


@pytest.fixture
def secrets_manager(s3_server: S3Server) -> SecretsManager:
    return SecretsManager(s3_server.endpoint_url)


def write_file(folder: Path, name: str, *versions: str, mode: int = 0o400) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{name}.new"
    written.write_text("".join(f"{version}\n" for version in versions))
    written.chmod(mode)
    return written.rename(folder / name)


class TestSecrets:
    def test_gives_the_stored_value(self, write):
        assert write("MEDIA_KEY", PRECIOUS).versions("MEDIA_KEY") == (PRECIOUS,)

    def test_gives_all_versions_newest_first(self, write):
        assert write("MEDIA_KEY", "newest", "older").versions("MEDIA_KEY") == ("newest", "older")

    def test_a_missing_secret_is_named(self, write):
        with pytest.raises(MissingSecret, match=r"The secret SMTP_URL is missing: add it to .*SMTP_URL"):
            write("MEDIA_KEY", PRECIOUS).versions("SMTP_URL")

    @pytest.mark.parametrize("example", ["change-me", "CHANGEME", "secret", "redis://:change-me@localhost", "password"])
    def test_a_value_copied_from_an_example_is_refused(self, write, example):
        with pytest.raises(BootError, match="example's value") as refused:
            write("MEDIA_KEY", example).versions("MEDIA_KEY")
        assert "redis://" not in str(refused.value)

    def test_one_example_among_good_versions_is_refused(self, write):
        with pytest.raises(BootError, match="MEDIA_KEY"):
            write("MEDIA_KEY", PRECIOUS, "change-me").versions("MEDIA_KEY")

    @pytest.mark.parametrize("name", ["../MEDIA_KEY", "media_key", "", "MEDIA-KEY", "/etc/passwd"])
    def test_what_is_no_name_is_refused(self, write, name):
        with pytest.raises(ValueError, match="not the name of a secret"):
            write("MEDIA_KEY", PRECIOUS).versions(name)

    def test_shows_no_value_of_itself(self, write):
        secrets = write("MEDIA_KEY", PRECIOUS)
        secrets.versions("MEDIA_KEY")
        assert PRECIOUS not in repr(secrets) + str(secrets)

    def test_tells_where_it_is_and_how_many_values_count_and_no_value(self, write):
        secrets = write("MEDIA_KEY", PRECIOUS, "older-precious")
        told = secrets.describe("MEDIA_KEY")
        assert (told.name, told.versions) == ("MEDIA_KEY", 2)
        assert told.source.endswith("MEDIA_KEY")
        assert told.stored_at is None or told.stored_at <= LATER
        assert "precious" not in str(told)

    def test_tells_nothing_of_a_missing_one(self, write):
        with pytest.raises(MissingSecret, match="SMTP_URL"):
            write("MEDIA_KEY", PRECIOUS).describe("SMTP_URL")

    def test_is_no_fake_and_answers(self, write):
        secrets = write("MEDIA_KEY", PRECIOUS)
        secrets.ping()
        assert secrets.fake is False


class TestEnvSecrets:
    @pytest.mark.parametrize("nothing", ["", "  \n"])
    def test_an_empty_variable_is_no_secret(self, settings, environment, nothing):
        settings["MEDIA_KEY"] = nothing
        with pytest.raises(BootError, match="MEDIA_KEY"):
            EnvSecrets.from_env(environment).versions("MEDIA_KEY")


class TestFileSecrets:
    @pytest.fixture
    def folder(self, environment: Environment) -> Path:
        return environment.home / "secrets"

    @pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420, 0o600, 0o500])
    def test_a_file_that_not_only_we_may_only_read_is_refused_and_told_how_to_close(self, environment, folder, mode):
        path = write_file(folder, "MEDIA_KEY", PRECIOUS, mode=mode)
        with pytest.raises(BootError, match=f"chmod 0400 {path}"):
            FileSecrets.from_env(environment).versions("MEDIA_KEY")

    @pytest.mark.parametrize(("mode", "accepted"), [(0o440, True), (0o400, True), (0o640, False), (0o444, False), (0o460, False)])
    def test_another_users_file_may_be_lent_to_our_group(self, environment, folder, monkeypatch, mode, accepted):
        """As Kubernetes mounts a secret into a container that does not run as root."""
        path = write_file(folder, "MEDIA_KEY", PRECIOUS, mode=mode)
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
        secrets = FileSecrets.from_env(environment)
        if accepted:
            assert secrets.versions("MEDIA_KEY") == (PRECIOUS,)
        else:
            with pytest.raises(BootError, match=f"chmod 0400 {path}"):
                secrets.versions("MEDIA_KEY")

    def test_a_new_file_that_cannot_be_used_changes_nothing_and_is_told_once(self, environment, folder, caplog):
        write_file(folder, "MEDIA_KEY", "old-value")
        secrets = FileSecrets.from_env(environment)
        secrets.versions("MEDIA_KEY")
        write_file(folder, "MEDIA_KEY", "new-value", mode=0o644)
        assert [secrets.versions("MEDIA_KEY") for _ in range(3)] == [("old-value",)] * 3
        assert caplog.text.count("what was known last is still used. The secret MEDIA_KEY") == 1
        with pytest.raises(BootError, match=r"MEDIA_KEY .* chmod 0400"):
            secrets.ping()
        (folder / "MEDIA_KEY").chmod(0o400)
        assert secrets.versions("MEDIA_KEY") == ("new-value",)
        secrets.ping()

    def test_a_file_that_was_taken_away_goes_on_counting_and_is_told(self, environment, folder, caplog):
        path = write_file(folder, "MEDIA_KEY", PRECIOUS)
        secrets = FileSecrets.from_env(environment)
        secrets.versions("MEDIA_KEY")
        path.unlink()
        assert secrets.versions("MEDIA_KEY") == (PRECIOUS,)
        assert "MEDIA_KEY is missing" in caplog.text
        with pytest.raises(MissingSecret, match="MEDIA_KEY"):
            secrets.ping()

    def test_ping_finds_a_file_that_was_opened_to_others_meanwhile(self, environment, folder):
        path = write_file(folder, "MEDIA_KEY", PRECIOUS)
        secrets = FileSecrets.from_env(environment)
        secrets.versions("MEDIA_KEY")
        path.chmod(0o444)
        with pytest.raises(BootError, match=r"MEDIA_KEY .* chmod 0400"):
            secrets.ping()

    def test_a_missing_secret_names_both_places(self, environment, folder):
        with pytest.raises(MissingSecret, match=f"{folder}/SMTP_URL .* environment variable SMTP_URL"):
            FileSecrets.from_env(environment).versions("SMTP_URL")

    def test_a_new_file_counts_without_a_restart(self, environment, folder):
        write_file(folder, "MEDIA_KEY", "old-value")
        secrets = FileSecrets.from_env(environment)
        assert secrets.versions("MEDIA_KEY") == ("old-value",)
        write_file(folder, "MEDIA_KEY", "new-value", "old-value")
        assert secrets.versions("MEDIA_KEY") == ("new-value", "old-value")

    def test_the_file_wins_over_the_environment(self, settings, environment, folder):
        settings["MEDIA_KEY"] = "from-environment"
        write_file(folder, "MEDIA_KEY", "from-file")
        assert FileSecrets.from_env(environment).versions("MEDIA_KEY") == ("from-file",)

    def test_the_folder_is_a_setting(self, settings, environment, tmp_path):
        settings["SECRETS_PATH"] = str(tmp_path / "elsewhere")
        write_file(tmp_path / "elsewhere", "MEDIA_KEY", PRECIOUS)
        assert FileSecrets.from_env(environment).versions("MEDIA_KEY") == (PRECIOUS,)

    @pytest.mark.parametrize("lines", [[], ["", "  "]])
    def test_an_empty_file_is_refused(self, environment, folder, lines):
        write_file(folder, "MEDIA_KEY", *lines)
        with pytest.raises(BootError, match=r"MEDIA_KEY .* is empty"):
            FileSecrets.from_env(environment).versions("MEDIA_KEY")

    def test_bytes_that_are_no_text_are_refused_without_showing_them(self, environment, folder):
        path = write_file(folder, "MEDIA_KEY", mode=0o600)
        path.write_bytes(b"\xffprecious")
        path.chmod(0o400)
        with pytest.raises(BootError, match="not text") as refused:
            FileSecrets.from_env(environment).versions("MEDIA_KEY")
        assert "precious" not in f"{refused.value!r} {refused.value.__cause__!r}"

    def test_a_folder_in_its_place_is_refused(self, environment, folder):
        (folder / "MEDIA_KEY").mkdir(parents=True)
        with pytest.raises(BootError, match="cannot be read"):
            FileSecrets.from_env(environment).versions("MEDIA_KEY")

    def test_ping_finds_a_file_that_is_open_to_others(self, environment, folder):
        write_file(folder, "MEDIA_KEY", PRECIOUS, mode=0o644)
        with pytest.raises(BootError, match="MEDIA_KEY"):
            FileSecrets.from_env(environment).ping()

    def test_tells_when_a_file_was_written(self, environment, folder):
        path = write_file(folder, "MEDIA_KEY", PRECIOUS)
        told = FileSecrets.from_env(environment).describe("MEDIA_KEY")
        assert told.source == f"the file {path}"
        assert told.stored_at == datetime.fromtimestamp(path.stat().st_mtime, UTC)


class TestAwsSecrets:
    TTL = 60

    @pytest.fixture
    def passed(self) -> list[float]:
        """Seconds that have passed for `secrets`; a test adds to them."""
        return [0.0]

    @pytest.fixture
    def secrets(self, secrets_manager, passed) -> AwsSecrets:
        begun = datetime.now(UTC)
        return AwsSecrets(
            secrets_manager.prefix,
            self.TTL,
            secrets_manager.endpoint_url,
            monotonic=lambda: sum(passed),
            now=lambda: begun + timedelta(seconds=sum(passed)),
        )

    def test_is_set_up_by_the_environment(self, settings, environment, secrets_manager):
        settings |= {"SECRETS_PREFIX": secrets_manager.prefix, "SECRETS_ENDPOINT_URL": secrets_manager.endpoint_url}
        secrets_manager.store("MEDIA_KEY", PRECIOUS)
        assert AwsSecrets.from_env(environment).versions("MEDIA_KEY") == (PRECIOUS,)

    def test_a_missing_secret_names_where_it_should_be(self, secrets, secrets_manager):
        where = f"AWS Secrets Manager as {secrets_manager.prefix}SMTP_URL"
        with pytest.raises(MissingSecret, match=f"The secret SMTP_URL is missing: add it to {where}."):
            secrets.versions("SMTP_URL")

    def test_a_rotation_is_accepted_within_the_ttl_and_signs_once_everybody_knows_it(self, secrets, secrets_manager, passed):
        secrets_manager.store("MEDIA_KEY", "old-value")
        assert secrets.versions("MEDIA_KEY") == ("old-value",)
        secrets_manager.rotate("MEDIA_KEY", "new-value")
        assert secrets.versions("MEDIA_KEY") == ("old-value",)
        passed.append(self.TTL)
        assert secrets.versions("MEDIA_KEY") == ("old-value", "new-value")
        passed.append(2 * self.TTL)
        assert secrets.versions("MEDIA_KEY") == ("new-value", "old-value")

    def test_whoever_starts_during_a_rotation_does_not_sign_with_what_others_lack(self, secrets, secrets_manager):
        secrets_manager.store("MEDIA_KEY", "new-value", "old-value")
        assert secrets.versions("MEDIA_KEY") == ("old-value", "new-value")

    def test_a_pending_version_is_accepted_and_does_not_sign(self, secrets, secrets_manager, passed):
        secrets_manager.store("MEDIA_KEY", "old-value")
        pending = secrets_manager.rotate("MEDIA_KEY", "new-value", "AWSPENDING")
        assert secrets.versions("MEDIA_KEY") == ("old-value", "new-value")
        passed.append(3 * self.TTL)
        current = secrets_manager.client.get_secret_value(SecretId=f"{secrets_manager.prefix}MEDIA_KEY")["VersionId"]
        secrets_manager.client.update_secret_version_stage(
            SecretId=f"{secrets_manager.prefix}MEDIA_KEY", VersionStage="AWSCURRENT", MoveToVersionId=pending, RemoveFromVersionId=current
        )
        assert secrets.versions("MEDIA_KEY") == ("new-value", "old-value")

    def test_the_version_before_the_last_is_forgotten(self, secrets, secrets_manager, passed):
        secrets_manager.store("MEDIA_KEY", "newest", "older", "oldest")
        passed.append(3 * self.TTL)
        assert secrets.versions("MEDIA_KEY") == ("newest", "older")

    def test_one_trip_within_the_ttl(self, secrets, secrets_manager):
        secrets_manager.store("MEDIA_KEY", PRECIOUS)
        secrets.versions("MEDIA_KEY")
        secrets_manager.client.delete_secret(SecretId=f"{secrets_manager.prefix}MEDIA_KEY", ForceDeleteWithoutRecovery=True)
        assert secrets.versions("MEDIA_KEY") == (PRECIOUS,)

    def test_what_was_deleted_goes_on_counting_and_is_told(self, secrets, secrets_manager, passed, caplog):
        secrets_manager.store("MEDIA_KEY", PRECIOUS)
        secrets.versions("MEDIA_KEY")
        secrets_manager.client.delete_secret(SecretId=f"{secrets_manager.prefix}MEDIA_KEY", ForceDeleteWithoutRecovery=True)
        passed.append(self.TTL)
        assert secrets.versions("MEDIA_KEY") == (PRECIOUS,)
        assert "what was known last is still used. The secret MEDIA_KEY is missing" in caplog.text
        with pytest.raises(BootError, match="MEDIA_KEY is missing"):
            secrets.ping()

    def test_bytes_are_refused_without_showing_them(self, secrets, secrets_manager):
        secrets_manager.client.create_secret(Name=f"{secrets_manager.prefix}MEDIA_KEY", SecretBinary=b"precious")
        with pytest.raises(BootError, match="MEDIA_KEY in AWS Secrets Manager is not text") as refused:
            secrets.versions("MEDIA_KEY")
        assert "precious" not in str(refused.value)

    def test_a_deletion_that_is_scheduled_is_told_with_what_to_do(self, secrets, secrets_manager):
        secrets_manager.store("MEDIA_KEY", PRECIOUS)
        secrets_manager.client.delete_secret(SecretId=f"{secrets_manager.prefix}MEDIA_KEY")
        with pytest.raises(BootError, match=r"refuses .*MEDIA_KEY \(InvalidRequestException\): .*not deleted"):
            secrets.versions("MEDIA_KEY")

    def test_shows_no_value_in_the_most_talkative_log(self, secrets, secrets_manager, caplog):
        secrets_manager.store("MEDIA_KEY", PRECIOUS)
        caplog.set_level(logging.DEBUG)
        secrets.versions("MEDIA_KEY")
        assert PRECIOUS not in caplog.text


class TestAwsSecretsWhereAwsIsAway:
    def test_the_boot_stops_and_says_what_to_look_at(self, s3_server):
        nobody = AwsSecrets("celesta/", 60, f"http://127.0.0.1:{free_port()}")
        with pytest.raises(BootError, match=r"cannot be asked for celesta/MEDIA_KEY .*: check the network, AWS_REGION and credentials"):
            nobody.versions("MEDIA_KEY")
        with pytest.raises(BootError, match="cannot be asked for celesta/"):
            nobody.ping()

    def test_without_a_region_the_boot_stops_too(self, monkeypatch):
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        with pytest.raises(BootError, match="You must specify a region"):
            AwsSecrets("celesta/", 60).versions("MEDIA_KEY")

    def test_what_was_known_is_used_and_told_until_it_is_back(self, s3_server, caplog):
        passed, port = [0.0], free_port()
        manager = SecretsManager(f"http://127.0.0.1:{port}")
        secrets = AwsSecrets(manager.prefix, 60, manager.endpoint_url, monotonic=lambda: sum(passed), now=lambda: LATER)
        with aws_at(port):
            manager.store("MEDIA_KEY", "old-value")
            assert secrets.versions("MEDIA_KEY") == ("old-value",)
        passed.append(60)
        assert secrets.versions("MEDIA_KEY") == ("old-value",)
        assert "what was known last is still used. AWS Secrets Manager cannot be asked" in caplog.text
        with pytest.raises(BootError, match="cannot be asked"):
            secrets.ping()
        with aws_at(port):
            manager.rotate("MEDIA_KEY", "new-value")
            assert secrets.versions("MEDIA_KEY") == ("old-value",)
            passed.append(PAUSE)
            assert secrets.versions("MEDIA_KEY") == ("new-value", "old-value")
            assert "answers again" in caplog.text
            secrets.ping()


@contextmanager
def aws_at(port: int) -> Generator[None]:
    """An AWS at that port, which knows what the one before it there knew."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        yield
    finally:
        server.stop()
