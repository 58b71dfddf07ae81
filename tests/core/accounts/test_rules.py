"""Passwords that are easily guessed, one key for one mailbox, and windows of failures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.core.accounts.rules import check_password, email_key, network_of, window_of
from apps.core.contract.errors import Invalid


class TestCheckPassword:
    @pytest.mark.parametrize(
        "password", ["correct horse battery", "zx81-spectrum", "\u7f8e\u3057\u3044\u97f3\u697d\u306e\u591c\u660e\u3051\u524d"]
    )
    def test_takes(self, password):
        check_password(password, "ana@example.com")

    @pytest.mark.parametrize("password", ["1234567890", "QwertyUiop", "abababababab", "abcdabcdabcd", "Ana@Example.com"])
    def test_refuses(self, password):
        with pytest.raises(Invalid, match="too easy"):
            check_password(password, "ana@example.com")


class TestEmailKey:
    @pytest.mark.parametrize(
        ("email", "key"),
        [
            ("Ana@Example.COM", "ana@example.com"),
            (" ana@example.com\n", "ana@example.com"),
            ("STRASSE@x.de", "strasse@x.de"),
            ("stra\u00dfe@x.de", "strasse@x.de"),
        ],
    )
    def test_folds(self, email, key):
        assert email_key(email) == key


class TestWindowOf:
    @pytest.mark.parametrize(("minute", "second", "begins"), [(0, 0, 0), (14, 59, 0), (15, 0, 15), (59, 59, 45)])
    def test_begins_at_the_quarter_hour(self, minute, second, begins):
        assert window_of(datetime(2026, 3, 2, 12, minute, second, tzinfo=UTC)) == datetime(2026, 3, 2, 12, begins, tzinfo=UTC)


class TestNetworkOf:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("", ""),
            ("unix:", "unix:"),
        ],
    )
    def test_is_what_one_caller_has_at_will(self, address, network):
        assert network_of(address) == network
