"""Checking in: what may still be kept lasts longer, what may not is named with its reason."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.errors import AccountSuspended, Invalid
from apps.core.contract.ids import new_id
from apps.core.contract.offline import (
    LICENCES_PER_COMMAND,
    CheckedIn,
    CheckIn,
    GetLicenceKeys,
    ListDevices,
    RegisterDevice,
    RemoveDevice,
    RevocationReason,
    RevokedLicence,
)
from apps.core.database import db
from apps.core.playback.models import PublishedRenditionRow
from apps.core.rights.terms import CommercialModel, UseType
from tests.at_once import at_once
from tests.conftest import START
from tests.core.offline.conftest import MONTH
from tests.reference_client.keys import DeviceKey
from tests.reference_client.licences import verified

DAY = timedelta(days=1)
KEEPING = {"use_type": UseType.CONDITIONAL_DOWNLOAD}


@pytest.fixture
def check_in(ana, phone):
    def told(*ids: str, who=ana, device: str = phone.id) -> CheckedIn:
        return who.send(CheckIn(device, ids))

    return told


@pytest.fixture
def in_japan(ana, sender):
    return sender(msgspec.structs.replace(ana.actor, territory="JP"))


def revoked(told: CheckedIn) -> dict[str, RevocationReason]:
    assert (told.renewed, told.unchanged) == ((), ())
    return {one.id: one.reason for one in told.revoked}


class TestWhatMayBeKept:
    def test_lasts_another_thirty_days_under_a_new_signature(self, ana, save, check_in, clock):
        licences = [save(track).licence for track in range(2)]
        clock.advance(DAY.total_seconds())
        told = check_in(*(one.id for one in licences))
        assert told.revoked == told.unchanged == ()
        assert {one.id for one in told.renewed} == {one.id for one in licences}
        keys = msgspec.to_builtins(ana.send(GetLicenceKeys()).keys)
        for one in told.renewed:
            claims = verified(one.document, keys)
            assert one.expires_at == START + DAY + MONTH
            assert (claims["jti"], claims["exp"], claims["iat"]) == (
                one.id, int(one.expires_at.timestamp()), int((START + DAY).timestamp()),
            )  # fmt: skip

    def test_is_renewed_after_it_had_expired(self, save, check_in, clock):
        licence = save().licence
        clock.advance((2 * MONTH).total_seconds())
        (renewed,) = check_in(licence.id).renewed
        assert (renewed.id, renewed.expires_at) == (licence.id, START + 3 * MONTH)

    def test_goes_by_what_is_true_today(self, save, check_in, on_sale):
        licence = save().licence
        on_sale(START + 20 * DAY, START + 9 * DAY)
        assert check_in(licence.id).renewed[0].expires_at == START + 9 * DAY
        on_sale(START + 4 * DAY)
        assert check_in(licence.id).renewed[0].expires_at == START + 4 * DAY

    def test_of_nothing_says_that_the_device_was_seen(self, ana, check_in, clock):
        clock.advance(60)
        assert check_in() == CheckedIn((), (), ())
        assert ana.send(ListDevices()).items[0].seen_at == START + timedelta(seconds=60)

    def test_named_twice_is_renewed_once(self, save, check_in):
        licence = save().licence
        assert len(check_in(licence.id, licence.id).renewed) == 1

    def test_is_renewed_by_twenty_at_once_alike(self, save, check_in):
        licence = save().licence
        answers = at_once([lambda: check_in(licence.id)] * 20)
        assert {answer.renewed[0].expires_at for answer in answers} == {START + MONTH}


class TestWhatMayNot:
    def test_is_what_no_deal_allows_any_more(self, save, check_in, deals, release):
        licence = save().licence
        deals.only(release.id)
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_OFFERED}

    def test_is_what_an_ended_deal_allowed_from_its_end_on(self, save, check_in, on_sale, clock):
        on_sale(None, START + DAY)
        licence = save().licence
        assert licence.expires_at == START + DAY
        clock.advance(DAY.total_seconds() - 1)
        assert len(check_in(licence.id).renewed) == 1
        clock.advance(1)
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_OFFERED}

    def test_is_what_an_ended_plan_included(self, ana, save, check_in, on_sale, on_plan, clock):
        on_sale(START + DAY)
        licence = save().licence
        clock.advance(DAY.total_seconds())
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_ON_PLAN}
        on_plan(ana, "monthly")
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_ON_PLAN}
        assert save().licence.id != licence.id

    def test_is_what_a_plan_that_ends_within_this_second_includes(self, save, check_in, on_sale):
        on_sale()
        licence = save().licence
        on_sale(START + timedelta(milliseconds=500))
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_ON_PLAN}

    def test_is_what_the_device_holds_beyond_those_that_the_plan_allows(self, ana, phone, save, check_in, on_plan):
        on_plan(ana, "monthly")
        tablet = ana.send(RegisterDevice("tablet", DeviceKey().public))
        first, second = save().licence, save(device=tablet.id).licence
        on_plan(ana, "none")
        assert revoked(check_in(second.id, device=tablet.id)) == {second.id: RevocationReason.DEVICE_LIMIT}
        assert len(check_in(first.id).renewed) == 1

    def test_is_what_there_is_newer_audio_of(self, save, check_in, core_app, tracks):
        old, other = save(0).licence, save(1).licence
        with core_app.app_context():
            row = db.session.get_one(PublishedRenditionRow, tracks[0].recording_id)
            row.content_hash = "f" * 64
            db.session.commit()
        told = check_in(old.id, other.id)
        assert told.revoked == (RevokedLicence(old.id, RevocationReason.REPLACED),)
        assert [one.id for one in told.renewed] == [other.id]

    def test_is_what_has_no_audio_any_more(self, save, check_in, core_app, tracks):
        licence = save().licence
        with core_app.app_context():
            db.session.execute(db.delete(PublishedRenditionRow).where(PublishedRenditionRow.recording_id == tracks[0].recording_id))
            db.session.commit()
        assert revoked(check_in(licence.id)) == {licence.id: RevocationReason.NOT_OFFERED}

    def test_is_told_again_to_whom_the_answer_did_not_reach(self, save, check_in, deals, release):
        licence = save().licence
        deals.only(release.id)
        first = check_in(licence.id)
        deals.add(release.id, **KEEPING)
        assert check_in(licence.id) == first

    def test_is_what_this_device_never_had(self, ana, ben, phone, save, check_in):
        theirs = ben.send(RegisterDevice("phone", DeviceKey().public))
        foreign = save(who=ben, device=theirs.id).licence
        beyond, nowhere = "7" + "z" * 21, new_id()
        told = revoked(check_in(foreign.id, beyond, nowhere))
        assert told == dict.fromkeys((foreign.id, beyond, nowhere), RevocationReason.UNKNOWN)
        assert len(check_in(foreign.id, who=ben, device=theirs.id).renewed) == 1

    def test_is_what_a_removed_device_held_once_it_is_registered_again(self, ana, save, check_in, phone, key):
        licence = save().licence
        ana.send(RemoveDevice(phone.id))
        again = ana.send(RegisterDevice("phone", key.public))
        assert revoked(check_in(licence.id, device=again.id)) == {licence.id: RevocationReason.UNKNOWN}


class TestAbroad:
    def test_what_is_offered_there_is_renewed_there(self, ana, save, check_in, in_japan):
        licence = save().licence
        (renewed,) = check_in(licence.id, who=in_japan).renewed
        keys = msgspec.to_builtins(ana.send(GetLicenceKeys()).keys)
        assert verified(renewed.document, keys)["territory"] == "JP"

    def test_what_is_offered_at_home_alone_lasts_as_long_as_it_said(self, save, check_in, in_japan, deals, release, clock):
        deals.only(release.id, "GB")
        deals.add(release.id, "GB", **KEEPING)
        licence = save().licence
        clock.advance(DAY.total_seconds())
        assert check_in(licence.id, who=in_japan) == CheckedIn((), (licence.id,), ())
        clock.advance((MONTH - DAY).total_seconds())
        assert revoked(check_in(licence.id, who=in_japan)) == {licence.id: RevocationReason.NOT_OFFERED}

    def test_what_is_offered_nowhere_any_more_is_no_more(self, save, check_in, in_japan, deals, release):
        licence = save().licence
        deals.only(release.id, "GB")
        assert revoked(check_in(licence.id, who=in_japan)) == {licence.id: RevocationReason.NOT_OFFERED}

    def test_what_the_plan_includes_at_home_alone_lasts(self, save, check_in, in_japan, deals, release):
        licence = save().licence
        deals.only(release.id, "GB", **KEEPING)
        deals.add(release.id, "JP", CommercialModel.SUBSCRIPTION, UseType.CONDITIONAL_DOWNLOAD)
        assert check_in(licence.id, who=in_japan).unchanged == (licence.id,)


class TestARefusal:
    def test_of_a_suspended_account(self, save, check_in, operator):
        licence = save().licence
        operator.send(SuspendAccount("ana@example.com"))
        with pytest.raises(AccountSuspended):
            check_in(licence.id)

    def test_of_more_than_fits(self, check_in):
        check_in(*(new_id() for _ in range(LICENCES_PER_COMMAND)))
        with pytest.raises(Invalid):
            check_in(*(new_id() for _ in range(LICENCES_PER_COMMAND + 1)))
