"""The ledger: every charge and refund once, both sides or neither, to the penny and for ever."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from apps.core.billing.recording import Recorder
from apps.core.billing.taxes import Taxes
from apps.core.contract.billing import GetLedger, ListPayments, RefreshSubscription, Shop
from apps.core.database import db
from ports.environment import BootError, Environment
from tests.core.billing.conftest import charge_of, purchase_of


class TestTheLedger:
    def test_is_empty_at_first(self, till):
        assert till.balance() == {}

    def test_says_what_the_shop_took_and_whose_it_is(self, ana, ben, till):
        till.buy(ana)
        till.buy(ben, "yearly")
        assert till.balance() == {"shop:card": 5489, "revenue": -(416 + 4158), "tax:GB": -(83 + 832)}

    def test_enters_nothing_twice_however_often_the_shop_is_asked(self, ana, till):
        till.buy(ana)
        before = till.balance()
        for day in range(3, 20):
            till.later(2026, 3, day, 12)
        assert till.balance() == before

    def test_balances_after_any_number_of_refunds_and_a_full_one_leaves_nothing(self, ana, till):
        till.buy(ana)
        for amount in (1, 100, 7, 33, None):
            till.shop.refund(charge_of(till), amount)
            till.deliver()
            till.reconcile()
            balances = till.balance()
            assert sum(balances.values()) == 0
            assert -balances["tax:GB"] == round((499 - ana.send(ListPayments()).items[0].refunded) * 83 / 499)
        assert set(till.balance().values()) == {0}

    def test_takes_back_a_refund_that_the_shop_takes_back(self, ana, till, altered):
        till.buy(ana)
        till.shop.refund(charge_of(till), 200)
        till.deliver()
        till.reconcile()
        assert till.balance()["shop:card"] == 299
        altered(lambda said: replace(said, charges=tuple(replace(charge, refunds=()) for charge in said.charges)))
        for _ in range(2):
            till.worker.send(RefreshSubscription(Shop.CARD, purchase_of(till)))
            assert till.balance() == {"shop:card": 499, "revenue": -416, "tax:GB": -83}
        assert ana.send(ListPayments()).items[0].refunded == 0

    def test_keeps_the_tax_of_the_day_of_the_sale(self, ana, till, core_app):
        till.buy(ana)
        core_app.extensions["container"].get(Recorder).taxes.rates["GB"] = 1000
        till.shop.refund(charge_of(till))
        till.deliver()
        till.reconcile()
        assert set(till.balance().values()) == {0}

    def test_keeps_currencies_apart(self, ana, ben, till, sender, operator):
        till.buy(ana)
        till.buy(sender(msgspec.structs.replace(ben.actor, territory="DE")))
        totals: dict[str, int] = {}
        for one in operator.send(GetLedger()):
            totals[one.currency] = totals.get(one.currency, 0) + one.debit - one.credit
        assert totals == {"EUR": 0, "GBP": 0}
        assert {one.account for one in operator.send(GetLedger()) if one.currency == "EUR"} == {"shop:card", "revenue", "tax:DE"}

    @pytest.mark.parametrize("statement", ["UPDATE ledger SET amount = amount + 1", "DELETE FROM ledger"])
    def test_cannot_be_changed_by_any_statement(self, ana, till, core_app, statement):
        till.buy(ana)
        before = till.balance()
        with core_app.app_context(), pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))
        assert till.balance() == before

    @pytest.mark.postgresql
    def test_cannot_be_emptied_either(self, ana, till, core_app):
        till.buy(ana)
        with core_app.app_context(), pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text("TRUNCATE ledger"))


class TestTaxes:
    @pytest.mark.parametrize(
        ("amount", "territory", "tax"),
        [
            (499, "GB", 83), (599, "DE", 96), (599, "FI", 122), (5990, "HU", 1273), (120, "GB", 20), (3, "GB", 1), (2, "GB", 0),
            (499, "US", 0), (499, None, 0), (0, "GB", 0),
        ],
    )  # fmt: skip
    def test_are_the_part_of_a_price_rounded_to_the_nearest(self, values, amount, territory, tax):
        assert Taxes.from_env(Environment(values)).included(amount, territory) == tax

    def test_of_a_file_of_ones_own(self, values, tmp_path):
        (tmp_path / "taxes.toml").write_text("NO = 2500\n")
        taxes = Taxes.from_env(Environment({**values, "TAXES_PATH": str(tmp_path / "taxes.toml")}))
        assert (taxes.included(12500, "NO"), taxes.included(12500, "GB")) == (2500, 0)

    @pytest.mark.parametrize("content", ["GB = 20.0", "gb = 2000", "GB = 10001", "GB", "GB = -1"])
    def test_that_cannot_be_read_stop_the_boot(self, values, tmp_path, content):
        (tmp_path / "taxes.toml").write_text(content)
        with pytest.raises(BootError, match="taxes"):
            Taxes.from_env(Environment({**values, "TAXES_PATH": str(tmp_path / "taxes.toml")}))
