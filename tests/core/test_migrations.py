"""What migrations make of what is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.util import CommandError
from flask import Flask

from apps.core.catalogue.rules import genre_slug
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import id_to_bytes, new_id
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.playback import PREVIEW
from apps.core.database import IdColumn, db
from apps.core.migrate import FOLDER, migrate
from apps.core.migrations import REVISION
from apps.core.playback.rules import StoredFile, whole_files
from tests.conftest import START
from tests.factories.catalogue import renditions
from tests.factories.exports import Exports


@dataclass
class History:
    """A database at an earlier revision, filled and read by SQL, as no model knows it any more."""

    core: Flask
    values: Mapping[str, str]

    def begin_at(self, revision: str) -> None:
        """Empty, at that revision."""
        with self.core.app_context(), db.engine.begin() as connection:
            command.downgrade(_configuration(connection), revision)

    def add(self, table: str, **row: Any) -> None:
        with self.core.app_context(), db.engine.begin() as connection:
            stored = sa.Table(table, sa.MetaData(), autoload_with=connection)
            connection.execute(stored.insert().values({name: _stored(name, value) for name, value in row.items()}))

    def migrate(self) -> None:
        migrate(self.values)

    def read(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        with self.core.app_context(), db.engine.connect() as connection:
            stored = sa.Table(table, sa.MetaData(), autoload_with=connection)
            return [tuple(row) for row in connection.execute(sa.select(*(stored.c[name] for name in columns)))]


def _configuration(connection: sa.Connection) -> Any:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["connection"] = connection
    return configuration


def _stored(name: str, value: Any) -> Any:
    return IdColumn().process_bind_param(value, db.engine.dialect) if name == "id" or name.endswith("_id") else value


@pytest.fixture
def history(core_app, values) -> History:
    return History(core_app, values)


@pytest.fixture
def add_content(history) -> Callable[..., tuple[str, str]]:
    """Adds audio of a recording and these renditions of it, as they were stored before revision 0006."""

    def add(content: str, *names: str, recording_id: str = "") -> tuple[str, str]:
        if not recording_id:
            recording_id = new_id()
            history.add("recording", id=recording_id, identity=recording_id, **RECORDING)
        history.add("audio", recording_id=recording_id, content_hash=content, facts=b"{}", created_at=START)
        for one in renditions(TranscodeWork(recording_id, "", content)):
            if one.name in names:
                facts = msgspec.json.encode(one)
                more = {"name": one.name, "key": one.key, "bit_rate": one.bit_rate, "size": one.size, "facts": facts}
                history.add("rendition", recording_id=recording_id, content_hash=content, **more)
        return recording_id, content

    return add


RECORDING = {"deliverer": "own music", "title": "Dawn", "artist": "Ana", "duration_ms": 60_000, "explicit": False}
LADDER = ("flac", "aac-64", "aac-256", "aac-128")


class TestWhatPlayersAreTold:
    """Revision 0006."""

    def test_is_what_a_transcode_records_now(self, history, add_content):
        history.begin_at("0005")
        recording_id, _ = add_content("a" * 64, *LADDER, PREVIEW)
        add_content("b" * 64, "aac-64", recording_id=recording_id)
        add_content("c" * 64)
        history.migrate()
        rows = history.read("audio", "content_hash", "files")
        found = {content: msgspec.json.decode(files, type=tuple[StoredFile, ...]) for content, files in rows}
        made = renditions(TranscodeWork(recording_id, "", "a" * 64))
        only = [one for one in renditions(TranscodeWork(recording_id, "", "b" * 64)) if one.name == "aac-64"]
        assert found == {"a" * 64: whole_files(made), "b" * 64: whole_files(only), "c" * 64: ()}
        assert [one.name for one in found["a" * 64]] == ["aac-64", "aac-128", "aac-256", "flac"]


class TestWhichAudioHasAPreview:
    """Revision 0007."""

    def test_is_known_where_there_is_one(self, history, add_content):
        history.begin_at("0005")
        recording_id, _ = add_content("a" * 64, *LADDER, PREVIEW)
        add_content("b" * 64, *LADDER, recording_id=recording_id)
        history.migrate()
        assert dict(history.read("audio", "content_hash", "has_preview")) == {"a" * 64: True, "b" * 64: None}


class TestTheFormOfCopies:
    """Revision 0007."""

    def test_of_those_made_before_is_the_one_they_were_made_in(self, history):
        history.begin_at("0006")
        recording_id = new_id()
        history.add("recording", id=recording_id, identity=recording_id, **RECORDING)
        history.add(
            "encrypted_file", recording_id=recording_id, rendition="aac-256", source_sha256="a" * 64, source_key="audio/a", source_size=1,
            wrapping_key="one", data_key=b"key", nonce_prefix=b"8 bytes.",
        )  # fmt: skip
        history.migrate()
        assert history.read("encrypted_file", "format_version", "chunk_size") == [(1, 65_536)]


class TestGenres:
    """Revision 0035."""

    def test_are_filed_as_they_are_now(self, history):
        history.begin_at("0034")
        shown, hidden, recording_id = new_id(), new_id(), new_id()
        release = {"deliverer": "own music", "type": "album", "title": "Garden", "title_key": "garden", "artist": "Ana", "added_at": START}
        history.add("release", id=shown, identity=shown, genre="Hip-Hop/Rap", published_at=START, **release)
        history.add("release", id=hidden, identity=hidden, genre="Rock", **release)
        history.add("recording", id=recording_id, identity=recording_id, genre="Électro \N{BLACK HEART SUIT}", **RECORDING)
        for number, more in enumerate(({}, {"hidden_at": START})):
            other = {"id": new_id(), "recording_id": recording_id, "disc": 1, "number": number, "title": "Dawn"}
            history.add("track", release_id=(shown, hidden)[number], **other, **more)
        history.migrate()
        assert sorted(history.read("genre", "slug", "name")) == [
            ("electro", "Électro \N{BLACK HEART SUIT}"), ("hip-hop-rap", "Hip-Hop/Rap"),
        ]  # fmt: skip
        filed = history.read("genre_release", "slug", "release_id")
        assert sorted(filed) == [(genre_slug(name), id_to_bytes(shown)) for name in ("Électro", "hip hop rap")]


class TestGoingBackBehindTheExports:
    """Revision 0008."""

    @pytest.fixture
    def named(self, history) -> Callable[[], list[tuple[bytes, bytes]]]:
        """Whose each pseudonym is."""
        return lambda: [(bytes(account), bytes(name)) for account, name in history.read("listener", "account_id", "pseudonym")]

    @pytest.fixture
    def play(self, ana, catalogue):
        track = ana.send(GetRelease(catalogue.release())).tracks[0]
        ana.send(RecordPlays((Play("event-01", track.id, START, 40_000),)))

    def test_is_refused_once_a_day_has_been_exported(self, history, play, named, catalogue, worker, clock):
        clock.advance(2 * 24 * 3600)
        before, exported = named(), Exports(catalogue, worker).export_all()
        with pytest.raises(CommandError, match=f"first is {exported[0]}.*copy of the database from before the first export"):
            history.begin_at("0007")
        assert sorted(day for (day,) in history.read("exported_day", "day")) == exported
        assert named() == before
        assert history.read("alembic_version", "version_num") == [(REVISION,)]

    def test_gives_plays_their_accounts_back_before_that(self, history, play, ana, named):
        account = id_to_bytes(ana.actor.account_id)
        history.begin_at("0007")
        assert [(bytes(one), event) for one, event in history.read("play", "account_id", "event_id")] == [(account, "event-01")]
        history.migrate()
        assert named() == [(account, bytes(name)) for (name,) in history.read("play", "listener")]


class TestTheDayOfAnExport:
    """Revision 0015."""

    CAME: ClassVar[Mapping[datetime, tuple[str, bool]]] = {
        datetime(2026, 3, 2, 1, 0, tzinfo=UTC): ("2026-03-02", False),
        datetime(2026, 3, 2, 13, 0, tzinfo=UTC): ("2026-03-02", False),
        datetime(2026, 3, 3, 1, 59, 59, 999_900, UTC): ("2026-03-02", False),
        datetime(2026, 3, 3, 2, 0, tzinfo=UTC): ("2026-03-03", True),
        datetime(2026, 3, 4, 1, 59, 59, 999_900, UTC): ("2026-03-03", True),
        datetime(2026, 5, 21, 12, 0, tzinfo=UTC): ("2026-05-21", True),
    }
    """When a play of noon on the second of March came, once ahead of the clock; which day that makes it part of, and whether late."""

    def test_of_plays_there_were_is_what_it_would_be_now(self, history, ana, catalogue, clock):
        track = ana.send(GetRelease(catalogue.release())).tracks[0]
        for number, came in enumerate(self.CAME):
            clock.set(came)
            ana.send(RecordPlays((Play(f"event-{number:02}", track.id, START, 40_000),)))
        before = sorted(history.read("play", "event_id", "export_day", "late"))
        assert [(day, bool(late)) for _, day, late in before] == list(self.CAME.values())
        history.begin_at("0014")
        history.migrate()
        assert sorted(history.read("play", "event_id", "export_day", "late")) == before
