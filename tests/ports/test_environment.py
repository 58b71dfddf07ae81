"""Reading what a process is told from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from ports.environment import BootError, Environment, MissingSetting
from ports.secrets.env import EnvSecrets


def environment(**values: str) -> Environment:
    return Environment(values, EnvSecrets(Environment(values)))


class TestEnvironment:
    def test_gives_the_value_or_the_default(self):
        assert environment(NAME="given").text("NAME", "default") == "given"
        assert environment().text("NAME", "default") == "default"

    def test_an_empty_value_is_none(self):
        assert environment(NAME="").text("NAME", "default") == "default"
        assert environment(NAME="").optional("NAME") is None

    def test_a_missing_setting_is_named_in_one_line(self):
        with pytest.raises(MissingSetting, match=r"^S3_BUCKET is not set and has no default: set S3_BUCKET in the environment\.$"):
            environment().text("S3_BUCKET")

    def test_an_unknown_choice_lists_the_known_ones(self):
        with pytest.raises(BootError, match=r"^MAIL=pigeon is not known: set it to one of smtp, outbox\.$"):
            environment(MAIL="pigeon").choice("MAIL", ("smtp", "outbox"))

    def test_an_unknown_environment_lists_the_known_ones(self):
        with pytest.raises(BootError, match="CELESTA_ENV=prod is not known: set it to one of development, test, staging, production"):
            environment(CELESTA_ENV="prod").production  # noqa: B018 - read for its check

    def test_is_development_unless_told(self):
        assert environment().name == "development"
        assert not environment().production
        assert environment(CELESTA_ENV="production").production

    @pytest.mark.parametrize("text", ["ten", "1.5", "1e3"])
    def test_what_is_no_whole_number_is_named(self, text):
        with pytest.raises(BootError, match=f"WEB_CONCURRENCY={text} is not a whole number"):
            environment(WEB_CONCURRENCY=text).integer("WEB_CONCURRENCY")

    @pytest.mark.parametrize("text", ["-1", "0", "11", "9" * 100])
    def test_a_number_out_of_range_is_named_with_the_range(self, text):
        line = f"^WEB_CONCURRENCY={text} is out of range: set it to a whole number from 1 to 10\\.$"
        with pytest.raises(BootError, match=line):
            environment(WEB_CONCURRENCY=text).integer("WEB_CONCURRENCY", least=1, most=10)

    def test_no_number_is_negative_unless_that_is_said(self):
        with pytest.raises(BootError, match="OFFSET=-1 is out of range: set it to a whole number from 0"):
            environment(OFFSET="-1").integer("OFFSET")
        assert environment(OFFSET="-1").integer("OFFSET", least=-1) == -1

    def test_reads_whole_numbers(self):
        assert environment(WEB_CONCURRENCY="4").integer("WEB_CONCURRENCY") == 4
        assert environment().integer("WEB_CONCURRENCY", 0) == 0

    @pytest.mark.parametrize(
        ("text", "on"), [("1", True), ("TRUE", True), ("yes", True), ("on", True), ("0", False), ("off", False), ("No", False)]
    )
    def test_reads_switches(self, text, on):
        assert environment(FLAG=text).flag("FLAG", not on) is on

    def test_what_is_no_switch_is_named(self):
        with pytest.raises(BootError, match="FLAG=maybe is neither on nor off"):
            environment(FLAG="maybe").flag("FLAG")

    def test_paths_are_absolute(self):
        assert environment(STORAGE_PATH="objects").path("STORAGE_PATH") == Path.cwd() / "objects"
        assert environment(CELESTA_HOME="/srv/celesta").home == Path("/srv/celesta")

    def test_gives_the_newest_version_of_a_secret_and_all_of_them(self):
        told = environment(MEDIA_KEY="newest older")
        assert told.secret("MEDIA_KEY") == "newest"
        assert told.secret_versions("MEDIA_KEY") == ("newest", "older")

    def test_a_missing_secret_is_named_in_one_line(self):
        with pytest.raises(MissingSetting, match=r"^The secret MEDIA_KEY is missing: add it to the environment variable MEDIA_KEY\.$"):
            environment().secret("MEDIA_KEY")

    def test_has_no_secrets_before_their_port_is_chosen(self):
        with pytest.raises(BootError, match="before the secrets port was chosen"):
            Environment({"MEDIA_KEY": "value"}).secret("MEDIA_KEY")
