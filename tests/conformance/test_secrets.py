"""Every implementation of the secrets port passes this suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ports.environment import BootError, Environment
from ports.secrets.env import EnvSecrets
from ports.secrets.file import FileSecrets
from ports.secrets.interface import MissingSecret, Secrets

Write = Callable[..., Secrets]
PRECIOUS = "k7Vd-precious"


@pytest.fixture(params=["env", "file", "file, from the environment"])
def write(request, settings, environment) -> Write:
    """Stores versions under a name and returns the implementation that holds them."""

    def write(name: str, *versions: str) -> Secrets:
        if request.param == "file":
            write_file(environment.home / "secrets", name, *versions)
        else:
            settings[name] = " ".join(versions)
        return EnvSecrets.from_env(environment) if request.param == "env" else FileSecrets.from_env(environment)

    return write


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
        assert write("MEDIA_KEY", "newest", "older", "oldest").versions("MEDIA_KEY") == ("newest", "older", "oldest")

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

    @pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420])
    def test_a_file_open_to_others_is_refused_and_told_how_to_close(self, environment, folder, mode):
        path = write_file(folder, "MEDIA_KEY", PRECIOUS, mode=mode)
        with pytest.raises(BootError, match=f"chmod 0400 {path}"):
            FileSecrets.from_env(environment).versions("MEDIA_KEY")

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
