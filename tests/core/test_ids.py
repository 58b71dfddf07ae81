"""Ids: UUIDv7 as 22 characters and as 16 bytes, both in the order in which they were made."""

from __future__ import annotations

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.contract.accounts import GetAccount
from apps.core.contract.catalogue import GetArtist, GetRelease
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import id_from_bytes, id_to_bytes, new_id
from apps.core.contract.intake import GetDelivery
from apps.core.contract.playback import EndPlayback, StartPlayback

LARGEST = "7n42DGM5Tflk9n8mt7Fhc7"
BEYOND = ["7n42DGM5Tflk9n8mt7Fhc8", "7" + "z" * 21]
"""They look like ids and are more than 16 bytes hold."""


class TestNewIds:
    def test_are_uuids_of_version_7(self):
        one = uuid.UUID(bytes=id_to_bytes(new_id()))
        assert (one.version, one.variant) == (7, uuid.RFC_4122)

    def test_begin_with_the_time(self):
        before = time.time_ns() // 1_000_000
        made = int.from_bytes(id_to_bytes(new_id())[:6])
        assert before <= made <= time.time_ns() // 1_000_000

    def test_differ(self):
        assert len({new_id() for _ in range(10_000)}) == 10_000


class TestBothForms:
    @given(st.binary(min_size=16, max_size=16))
    def test_are_the_same_id(self, raw):
        text = id_from_bytes(raw)
        assert len(text) == 22
        assert id_to_bytes(text) == raw

    @given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
    def test_have_the_same_order(self, one, other):
        assert (one < other) == (id_from_bytes(one) < id_from_bytes(other))

    def test_reach_from_nought_to_the_largest_uuid(self):
        assert (id_from_bytes(bytes(16)), id_from_bytes(b"\xff" * 16)) == ("0" * 22, LARGEST)

    @pytest.mark.parametrize("text", ["", "0" * 21, "0" * 23, "-" * 22, "0" * 21 + "\u00e9", *BEYOND])
    def test_are_of_ids_only(self, text):
        with pytest.raises(ValueError, match="id"):
            id_to_bytes(text)


class TestAnIdBeyondTheLargest:
    @pytest.mark.parametrize("beyond", BEYOND)
    @pytest.mark.parametrize("query", [GetRelease, GetArtist])
    def test_is_of_nothing_for_a_visitor(self, query, beyond, visitor):
        with pytest.raises(NotFound):
            visitor.send(query(beyond))

    def test_is_of_no_account(self, visitor):
        with pytest.raises(NotFound):
            visitor.send(GetAccount(BEYOND[0]))

    def test_is_of_no_delivery(self, operator):
        with pytest.raises(NotFound):
            operator.send(GetDelivery(BEYOND[0]))

    @pytest.mark.parametrize("command", [StartPlayback(BEYOND[0], "browser"), EndPlayback(BEYOND[0])])
    def test_is_of_nothing_to_be_changed(self, command, ana):
        with pytest.raises(NotFound):
            ana.send(command)


class TestWhatIsNoId:
    @pytest.mark.parametrize("text", ["", "1", "../../etc/passwd", "0" * 21 + "%", "8" * 22, "0" * 22 + "\n"])
    def test_is_invalid(self, text, visitor):
        with pytest.raises(Invalid, match="release_id"):
            visitor.send(GetRelease(text))
