from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from apps.console.embedded import GENERATED_SECRETS, embedded_environment, forget_valkey_port
from ports.container import Container
from ports.environment import BootError

HOMES = 50
AGREE = f"""
import sys
from pathlib import Path
from apps.console.embedded import embedded_environment
folder = Path(sys.argv[1])
print("ready", flush=True)
while not (folder / "go").exists():
    pass
for number in range({HOMES}):
    print(embedded_environment({{"CELESTA_HOME": str(folder / str(number))}})["REDIS_URL"])
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "a home"


class TestEmbeddedEnvironment:
    def test_is_complete_where_nothing_is_configured(self, home):
        environment = Container(embedded_environment({"CELESTA_HOME": str(home)})).environment
        assert environment.home == home
        assert len({environment.secret(name) for name in GENERATED_SECRETS}) == len(GENERATED_SECRETS)

    @pytest.mark.parametrize("name", ["plain", "with a space", "100% what?"])
    def test_the_database_is_a_file_in_the_home_whatever_its_name(self, tmp_path, name):
        home = tmp_path / name
        environment = Container(embedded_environment({"CELESTA_HOME": str(home)})).environment
        engine = create_engine(environment.secret("DATABASE_URL"))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE proof (it INTEGER)"))
        engine.dispose()
        assert (home / "celesta.db").stat().st_size > 0

    def test_what_is_set_wins(self, home):
        given = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://cache/3", "STORAGE": "s3", "SESSION_KEY": "k" * 40}
        environment = embedded_environment({"CELESTA_HOME": str(home), **given})
        assert given.items() <= environment.items()
        assert environment["BROKER_URL"] == "redis://cache/3"
        assert not (home / "secrets/SESSION_KEY").exists()

    @pytest.mark.parametrize("kept", [{"SECRETS": "aws"}, {"SECRETS": "file", "SECRETS_PATH": "/secrets"}], ids=["aws", "file"])
    def test_where_core_is_elsewhere_and_secrets_are_kept_for_us_nothing_is_made(self, home, kept):
        values = {"CELESTA_HOME": str(home), "CORE_CLIENT": "http", "CORE_URL": "http://core:8000", **kept}
        assert embedded_environment(values) == values
        assert not home.exists()

    def test_an_empty_setting_counts_as_none(self, home):
        assert embedded_environment({"CELESTA_HOME": str(home), "CORE_CLIENT": ""})["CORE_CLIENT"] == "in_process"

    def test_stays_the_same(self, home):
        values = {"CELESTA_HOME": str(home)}
        first = embedded_environment(values)
        keys = {path.name: path.read_text() for path in (home / "secrets").iterdir()}
        assert embedded_environment(values) == first
        assert {path.name: path.read_text() for path in (home / "secrets").iterdir()} == keys

    def test_sessions_and_tasks_use_two_databases_of_one_server(self, home):
        environment = embedded_environment({"CELESTA_HOME": str(home)})
        redis, broker = environment["REDIS_URL"], environment["BROKER_URL"]
        assert redis.startswith("redis://:")
        assert (redis.removesuffix("/0"), redis[-2:], broker[-2:]) == (broker.removesuffix("/1"), "/0", "/1")

    def test_a_port_that_was_given_up_is_not_kept(self, home):
        values = {"CELESTA_HOME": str(home)}
        embedded_environment(values)
        forget_valkey_port(home)
        assert not (home / "valkey.port").exists()
        assert embedded_environment(values)["REDIS_URL"] == embedded_environment(values)["REDIS_URL"]

    def test_only_we_can_read_the_secrets(self, home):
        embedded_environment({"CELESTA_HOME": str(home)})
        folder = home / "secrets"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}

    def test_secrets_kept_elsewhere_are_not_generated(self, home):
        values = {"CELESTA_HOME": str(home), "SECRETS": "env"}
        with pytest.raises(BootError, match="VALKEY_PASSWORD"):
            embedded_environment(values)
        assert not (home / "secrets").exists()
        assert "pass-word" in embedded_environment({**values, "VALKEY_PASSWORD": "pass-word-" * 4})["REDIS_URL"]

    def test_many_at_once_agree(self, tmp_path):
        environment = {"PATH": os.environ["PATH"]}
        command = [sys.executable, "-c", AGREE, str(tmp_path)]
        started = [subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        for process in started:
            assert process.stdout.readline() == "ready\n"
        (tmp_path / "go").touch()
        answers = {process.communicate()[0] for process in started}
        assert len(answers) == 1
        assert answers.pop().count("redis://") == HOMES
        assert {path.name for path in (tmp_path / "0/secrets").iterdir()} == set(GENERATED_SECRETS)

    def test_a_file_in_the_way_of_the_home_is_one_clear_line(self, home):
        home.write_text("in the way")
        with pytest.raises(BootError, match=r"a home cannot be used .*CELESTA_HOME"):
            embedded_environment({"CELESTA_HOME": str(home)})

    def test_a_file_in_the_way_of_the_secrets_is_one_clear_line(self, home):
        home.mkdir()
        (home / "secrets").write_text("in the way")
        with pytest.raises(BootError, match="secrets cannot be used"):
            embedded_environment({"CELESTA_HOME": str(home)})

    def test_an_unknown_choice_lists_the_valid_ones(self, home):
        with pytest.raises(BootError, match="STORAGE=floppy is not known: set it to one of filesystem, s3"):
            embedded_environment({"CELESTA_HOME": str(home), "STORAGE": "floppy"})
