"""Two statements are the same where only their values differ, or how many there are."""

from __future__ import annotations

import pytest

from apps.core.costs.rules import FINGERPRINT_BYTES, fingerprint_of, shape_of

SHAPES = {
    "a value": ("SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b = ?"),
    "psycopg's": ("SELECT a FROM t WHERE b = %(b_1)s::VARCHAR AND c = %(c_1)s::VARCHAR(36)", "SELECT a FROM t WHERE b = ? AND c = ?"),
    "a time": ("SELECT a FROM t WHERE b < %(b_1)s::TIMESTAMP WITH TIME ZONE ORDER BY a", "SELECT a FROM t WHERE b < ? ORDER BY a"),
    "a text": ("SELECT a FROM t WHERE b = 'Ana''s secret'", "SELECT a FROM t WHERE b = ?"),
    "a number": ("SELECT a2 FROM t1 WHERE b = 12.5 LIMIT 10", "SELECT a2 FROM t1 WHERE b = ? LIMIT ?"),
    "a list": ("SELECT a FROM t WHERE b IN (?, ?, ?)", "SELECT a FROM t WHERE b IN (…)"),
    "a list of one": ("SELECT a FROM t WHERE b IN (%(b_1_1)s)", "SELECT a FROM t WHERE b IN (…)"),
    "a list of none": ("SELECT a FROM t WHERE b IN (SELECT 1 FROM (SELECT 1) WHERE 1!=1)", "SELECT a FROM t WHERE b IN (…)"),
    "psycopg's of none": ("SELECT a FROM t WHERE b IN (SELECT CAST(NULL AS BYTEA) WHERE 1!=1)", "SELECT a FROM t WHERE b IN (…)"),
    "pairs": ("DELETE FROM t WHERE (a, b) IN ((?, ?), (?, ?))", "DELETE FROM t WHERE (a, b) IN ((…))"),
    "rows": ("INSERT INTO t (a, b) VALUES (?, ?), (?, ?)", "INSERT INTO t (a, b) VALUES (…)"),
    "lines": ("SELECT a \nFROM t  ", "SELECT a FROM t"),
}


@pytest.mark.parametrize(("statement", "shape"), SHAPES.values(), ids=SHAPES)
def test_the_shape_has_no_values(statement, shape):
    assert shape_of(statement) == shape


def test_a_fingerprint_is_the_same_everywhere():
    assert fingerprint_of("SELECT a FROM t").hex() == "dbfc8aa9ef14b12f"
    assert len(fingerprint_of("")) == FINGERPRINT_BYTES
