"""Cursors: opaque, and of no use but for the list that gave them out."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.contract.accounts import ListAccounts
from apps.core.contract.actions import Query
from apps.core.contract.catalogue import ListReleases, ReleaseOrder
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import ListDeliveries, ListKnownFiles
from apps.core.contract.jobs import ListJobs
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.contract.paging import decode_cursor, encode_cursor

LISTS = [ListAccounts(), ListJobs(), ListDeliveries(), ListKnownFiles("/music"), ListReleases()]
NAIVE = datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None)

TAMPERED = {
    "blank": " ",
    "not base64": "!!!!",
    "beyond ASCII": "\u00e9\u00e9\u00e9\u00e9",
    "not JSON": base64.urlsafe_b64encode(b"{").decode(),
    "not UTF-8": base64.urlsafe_b64encode(b'["\xff"]').decode(),
    "another shape": encode_cursor({"id": 1}),
    "nothing in it": encode_cursor(),
    "numbers": encode_cursor(1, 2),
    "no id": encode_cursor(datetime(2026, 3, 2, tzinfo=UTC), "no id"),
    "no id alone": encode_cursor("no id"),
}


def replaced(query: Query, cursor: str) -> Query:
    return msgspec.structs.replace(query, cursor=cursor)


class TestACursor:
    @given(st.text(), st.datetimes(timezones=st.just(UTC)))
    def test_says_what_it_was_given(self, text, moment):
        assert decode_cursor(encode_cursor(moment, text), tuple[datetime, str]) == (moment, text)

    def test_survives_a_url(self):
        cursor = encode_cursor("\u00ff\u00fe>>>???", new_id())
        assert not set(cursor) & set("+/=&?#%")

    @pytest.mark.parametrize("cursor", TAMPERED.values(), ids=TAMPERED)
    @pytest.mark.parametrize("query", LISTS, ids=lambda query: type(query).__name__)
    def test_that_was_tampered_with_is_invalid(self, query, cursor, operator):
        with pytest.raises(Invalid, match="cursor"):
            operator.send(replaced(query, cursor))

    def test_with_a_time_without_a_zone_is_invalid_where_times_are_listed(self, operator):
        with pytest.raises(Invalid, match="cursor"):
            operator.send(ListReleases(cursor=encode_cursor(NAIVE, new_id())))

    @pytest.mark.parametrize("cursor", TAMPERED.values(), ids=TAMPERED)
    def test_of_ones_own_history_too(self, cursor, ana):
        with pytest.raises(Invalid, match="cursor"):
            ana.send(ListRecentlyPlayed(cursor=cursor))

    @pytest.mark.parametrize("query", LISTS, ids=lambda query: type(query).__name__)
    def test_that_is_too_long_is_invalid(self, query, operator):
        with pytest.raises(Invalid, match="cursor"):
            operator.send(replaced(query, "A" * 513))

    def test_that_names_an_impossible_id_finds_nothing(self, operator):
        with pytest.raises((Invalid, NotFound)):
            operator.send(ListJobs(cursor=encode_cursor("7" + "z" * 21)))

    def test_of_one_order_is_not_one_of_the_other(self, visitor, catalogue):
        for title in ("Blue", "Green"):
            catalogue.release(title, tracks=1)
        by_title = visitor.send(ListReleases(order=ReleaseOrder.TITLE, size=1)).next
        assert by_title is not None
        with pytest.raises(Invalid, match="cursor"):
            visitor.send(ListReleases(cursor=by_title))

    def test_out_of_range_is_invalid(self, operator):
        early = base64.urlsafe_b64encode(msgspec.json.encode(["0001-01-01T00:00:00+10:00", new_id()])).decode().rstrip("=")
        with pytest.raises(Invalid):
            operator.send(ListAccounts(cursor=early))
