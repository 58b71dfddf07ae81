"""The schema: migrations lead exactly to the models, once, and a process works with no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from apps.core.app import create_core
from apps.core.database import Base, db
from apps.core.migrate import FOLDER, migrate
from apps.core.migrations import REVISION
from ports.environment import BootError


class TestMigrations:
    def test_end_where_this_release_says(self):
        assert ScriptDirectory(str(FOLDER)).get_heads() == [REVISION]

    def test_lead_to_the_models(self, core_app):
        with core_app.app_context(), db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []

    def test_three_at_once_migrate_once(self, core_app, values):
        with core_app.app_context(), db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                table.drop(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(text("DROP FUNCTION refuse_to_change_the_ledger, refuse_to_change_an_edition"))
            connection.execute(text("DROP TABLE alembic_version"))
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(migrate, [values] * 3)) == [None] * 3
        with core_app.app_context(), db.engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [REVISION]


class TestAnotherSchema:
    @pytest.mark.parametrize(
        ("change", "found"), [("UPDATE alembic_version SET version_num = '0000'", "0000"), ("DROP TABLE alembic_version", "no schema")]
    )
    def test_stops_the_boot_with_one_line(self, core_app, values, change, found):
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(text(change))
        with pytest.raises(BootError, match=found) as stopped:
            create_core(values)
        assert str(stopped.value).endswith(f"this release needs {REVISION}: run ./celesta migrate.")
        assert "\n" not in str(stopped.value)

    def test_a_database_out_of_reach_does_too(self, values, tmp_path):
        with pytest.raises(BootError, match="cannot be used"):
            create_core({**values, "DATABASE_URL": f"sqlite:///{tmp_path}/missing/celesta.db"})
