"""Ids in the exported play log, where they are UUIDs."""

from __future__ import annotations

from uuid import UUID

from apps.core.contract.ids import id_from_bytes, id_to_bytes


def as_uuid(identifier: str) -> str:
    """Raises `ValueError` for what is not an id."""
    return str(UUID(bytes=id_to_bytes(identifier)))


def as_digits(identifier: str) -> str:
    """As lines have it that are packed."""
    return id_to_bytes(identifier).hex()


def as_id(value: UUID) -> str:
    return id_from_bytes(value.bytes)
