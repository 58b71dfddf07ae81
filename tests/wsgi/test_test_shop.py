"""Where the test shop's pages are mounted, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ports.environment import BootError, Environment
from ports.payments.fake.pages import TestShopPages
from tests.conftest import settings
from wsgi.test_shop import MOUNTED_AT, shop_pages


def test_is_mounted_where_card_payments_are_the_fake(tmp_path: Path):
    (path,) = mounted = shop_pages(Environment(settings(tmp_path)))
    assert path == MOUNTED_AT == "/test-shop"
    assert isinstance(mounted[path], TestShopPages)


def test_is_not_there_where_they_are_real_and_needs_no_key(tmp_path: Path):
    assert shop_pages(Environment({**settings(tmp_path), "PAYMENTS": "stripe"})) == {}


def test_stops_a_production_that_did_not_choose(tmp_path: Path):
    with pytest.raises(BootError, match=r"^PAYMENTS=fake is a fake and CELESTA_ENV is production"):
        shop_pages(Environment({**settings(tmp_path), "CELESTA_ENV": "production"}))
