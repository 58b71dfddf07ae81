"""Genres"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SAID = """
    SELECT id, published_at, genre FROM release WHERE published_at IS NOT NULL AND genre IS NOT NULL
    UNION
    SELECT release.id, release.published_at, recording.genre
    FROM release JOIN track ON track.release_id = release.id JOIN recording ON recording.id = track.recording_id
    WHERE release.published_at IS NOT NULL AND track.disc <> -1 AND track.hidden_at IS NULL AND recording.genre IS NOT NULL
    ORDER BY id
"""


def upgrade() -> None:
    genre = op.create_table(
        "genre",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_genre")),
    )
    filed = op.create_table(
        "genre_release",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("published_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", "release_id", name=op.f("pk_genre_release")),
    )
    names: dict[str, str] = {}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    said = sa.text(SAID).columns(id=IdColumn(), published_at=Moment(timezone=True), genre=sa.String())
    for release_id, published_at, name in op.get_bind().execute(said):
        slug = _slug(name)
        names.setdefault(slug, name)
        rows[slug, release_id] = {"slug": slug, "release_id": release_id, "published_at": published_at}
    op.bulk_insert(genre, [{"slug": slug, "name": name} for slug, name in names.items()])
    op.bulk_insert(filed, list(rows.values()))
    op.create_index("ix_genre_release_newest", "genre_release", ["slug", "published_at", "release_id"])
    op.create_index("ix_genre_release_release_id", "genre_release", ["release_id"])


def downgrade() -> None:
    op.drop_table("genre_release")
    op.drop_table("genre")


def _slug(name: str) -> str:
    """As Core's rule was when the table was made."""
    folded = "".join(sign for sign in unicodedata.normalize("NFKD", name) if unicodedata.combining(sign) < 200).casefold()
    composed = unicodedata.normalize("NFC", folded)
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in composed).split()
    return "-".join(words)[:100].strip("-") or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
