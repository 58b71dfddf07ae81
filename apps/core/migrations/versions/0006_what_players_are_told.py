"""What players are told of a recording's files, beside what was measured of it"""

from __future__ import annotations

from itertools import groupby

import msgspec
import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FIELDS = ("name", "key", "content_type", "codecs", "bit_rate", "size")
audio = sa.table("audio", sa.column("recording_id", IdColumn()), sa.column("content_hash"), sa.column("files", sa.LargeBinary()))
rendition = sa.table(
    "rendition",
    sa.column("recording_id", IdColumn()),
    sa.column("content_hash"),
    sa.column("name"),
    sa.column("bit_rate", sa.Integer()),
    sa.column("facts", sa.LargeBinary()),
)


def upgrade() -> None:
    op.add_column("audio", sa.Column("files", sa.LargeBinary(), server_default=sa.text("'[]'"), nullable=False))
    of_content = rendition.c.recording_id, rendition.c.content_hash
    wanted = sa.select(*of_content, rendition.c.facts).where(rendition.c.name != "preview").order_by(*of_content, rendition.c.bit_rate)
    connection = op.get_bind()
    for (recording_id, content_hash), rows in groupby(connection.execute(wanted).all(), key=lambda row: (row[0], row[1])):
        told = [[facts[field] for field in FIELDS] for facts in (msgspec.json.decode(row.facts) for row in rows)]
        this = (audio.c.recording_id == recording_id) & (audio.c.content_hash == content_hash)
        connection.execute(sa.update(audio).where(this).values(files=msgspec.json.encode(told)))


def downgrade() -> None:
    op.drop_column("audio", "files")
