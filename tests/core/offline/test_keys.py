"""The two secrets: what they must be, how they are replaced, and what happens where one is gone."""

from __future__ import annotations

import secrets

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.errors import Unavailable
from apps.core.contract.offline import CheckIn, GetLicenceKeys, SaveOffline, WrapKeysAnew
from apps.core.database import close_engines, reader
from apps.core.offline.models import EncryptedFileRow
from apps.core.offline.signing import Signer
from apps.core.offline.wrapping import DataKeys
from ports.clock.interface import Clock
from ports.environment import BootError
from tests.reference_client.licences import LicenceRefused, verified


@pytest.fixture
def with_secrets(values, core_app: Flask, clock):
    """Core after it was started again with these secrets, as some sender."""

    started: list[Flask] = []

    def start(who: Sender, **changed: str) -> Sender:
        started.append(create_core({**values, **changed}))
        started[-1].extensions["container"].put(Clock, clock)
        return Sender(InProcessClient(started[-1], who.actor.service), who.actor)

    yield start
    for app in started:
        with app.app_context():
            close_engines()


@pytest.fixture
def wrapped(core_app):
    """By which version each key is wrapped."""

    def by() -> list[str]:
        with core_app.app_context(), reader() as connection:
            return list(connection.scalars(select(EncryptedFileRow.wrapping_key)))

    return by


def fresh() -> str:
    return secrets.token_urlsafe(32)


class TestTheSecrets:
    @pytest.mark.parametrize("name", ["LICENCE_KEY", "OFFLINE_KEY"])
    @pytest.mark.parametrize(("value", "words"), [("", "is missing"), ("x" * 31, "shorter than 32"), (f"{'x' * 40} short", "shorter than")])
    def test_stop_the_boot_where_one_is_missing_or_weak(self, values, core_app, name, value, words):
        with pytest.raises(BootError, match=f"The secret {name} .*{words}") as stopped:
            create_core({**values, name: value})
        assert "\n" not in str(stopped.value)
        assert not value or value not in str(stopped.value)


class TestLicenceKey:
    def test_is_published_and_names_itself(self, ana, save):
        (key,) = ana.send(GetLicenceKeys()).keys
        assert (key.kty, key.crv, key.alg, key.use, len(key.kid)) == ("EC", "P-256", "ES256", "sig", 43)
        verified(save().licence.document, [msgspec.to_builtins(key)])

    def test_that_is_replaced_is_accepted_beside_the_new_one_which_signs(self, ana, save, values, with_secrets, phone):
        before = save().licence
        newest = fresh()
        core = with_secrets(ana, LICENCE_KEY=f"{newest} {values['LICENCE_KEY']}")
        new, old = msgspec.to_builtins(core.send(GetLicenceKeys()).keys)
        verified(before.document, [new, old])
        after = core.send(CheckIn(phone.id, (before.id,))).renewed[0]
        verified(after.document, [new])
        with pytest.raises(LicenceRefused):
            verified(after.document, [old])

    def test_is_read_anew_each_time(self):
        versions = [fresh()]
        signer = Signer(lambda: versions)
        first = signer.public_keys()
        versions.insert(0, fresh())
        assert signer.public_keys()[1:] == first


class TestOfflineKey:
    def test_that_is_replaced_still_opens_what_it_wrapped_until_that_is_wrapped_anew(
        self, ana, worker, phone, tracks, save, key, values, with_secrets, wrapped
    ):
        opened = key.unwrap(save().key, tracks[0].recording_id, "aac-256")
        newest = fresh()
        both = f"{newest} {values['OFFLINE_KEY']}"
        wanted = SaveOffline(phone.id, tracks[0].id)
        with pytest.raises(Unavailable):
            with_secrets(ana, OFFLINE_KEY=newest).send(wanted)
        with pytest.raises(Unavailable):
            with_secrets(worker, OFFLINE_KEY=newest).send(WrapKeysAnew())
        assert key.unwrap(with_secrets(ana, OFFLINE_KEY=both).send(wanted).key, tracks[0].recording_id, "aac-256") == opened
        before = wrapped()
        assert with_secrets(worker, OFFLINE_KEY=both).send(WrapKeysAnew()) is False
        assert len({*before, *wrapped()}) == 2
        assert key.unwrap(with_secrets(ana, OFFLINE_KEY=newest).send(wanted).key, tracks[0].recording_id, "aac-256") == opened

    def test_wraps_anew_in_parts(self, worker, save, values, with_secrets, monkeypatch, wrapped):
        for track in range(2):
            save(track)
        monkeypatch.setattr("apps.core.offline.copies.WRAPPED_AT_ONCE", 1)
        core = with_secrets(worker, OFFLINE_KEY=f"{fresh()} {values['OFFLINE_KEY']}")
        assert [core.send(WrapKeysAnew()) for _ in range(3)] == [True, True, False]
        assert len(set(wrapped())) == 1

    def test_with_nothing_to_wrap_anew_changes_nothing(self, worker, save, wrapped):
        save()
        before = wrapped()
        assert worker.send(WrapKeysAnew()) is False
        assert wrapped() == before

    def test_wraps_each_for_its_own_copy(self):
        keys = DataKeys(lambda: [fresh_secret])
        fresh_secret = fresh()
        stored = keys.wrap(bytes(32), "one/aac-256")
        assert keys.unwrap(stored, "one/aac-256") == bytes(32)
        with pytest.raises(Unavailable):
            keys.unwrap(stored, "another/aac-256")
