"""Asking for a copy to keep: what a device is given, and why it is refused."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from cryptography.exceptions import InvalidTag

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import AccountSuspended, Invalid, NotFound, PlaybackRefused
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import FailJob, ReplayJob
from apps.core.contract.offline import (
    CheckIn,
    GetLicenceKeys,
    OfflineCopy,
    OfflineRendition,
    Preparing,
    RegisterDevice,
    RemoveDevice,
    SaveOffline,
)
from apps.core.database import db
from apps.core.playback.models import RenditionRow
from apps.core.rights.terms import CommercialModel, UseType
from tests.at_once import at_once
from tests.conftest import START
from tests.core.offline.conftest import MONTH
from tests.reference_client.keys import DeviceKey
from tests.reference_client.licences import LicenceRefused, verified

SECOND = timedelta(seconds=1)


@pytest.fixture
def public_keys(ana):
    return msgspec.to_builtins(ana.send(GetLicenceKeys()).keys)


class TestTheFirstWho:
    def test_wants_a_copy_has_it_made_and_the_next_is_given_it(self, ana, ben, phone, tracks, encrypt, save):
        wanted = SaveOffline(phone.id, tracks[0].id)
        assert [ana.send(wanted) for _ in range(2)] == [Preparing(5)] * 2
        assert encrypt() == 1
        mine = ana.send(wanted)
        theirs = save(who=ben, device=ben.send(RegisterDevice("tablet", DeviceKey().public)).id)
        assert encrypt() == 0
        assert mine.file.sha256 == theirs.file.sha256
        assert urlsplit(mine.file.url).path == urlsplit(theirs.file.url).path

    def test_is_one_of_twenty_who_want_it_at_once(self, ana, phone, tracks, catalogue):
        answers = at_once([lambda: ana.send(SaveOffline(phone.id, tracks[0].id))] * 20)
        assert answers == [Preparing(5)] * 20
        assert len(catalogue.waiting("encrypt")) == 1

    def test_is_one_of_twenty_accounts_who_want_it_at_once(self, person, tracks, catalogue):
        people = [person(f"Person{number}") for number in range(8)]
        devices = [who.send(RegisterDevice("phone", DeviceKey().public)).id for who in people]
        wishes = [
            lambda who=who, device=device: who.send(SaveOffline(device, tracks[0].id)) for who, device in zip(people, devices, strict=True)
        ]
        assert at_once(wishes) == [Preparing(5)] * 8
        assert len(catalogue.waiting("encrypt")) == 1

    def test_after_it_could_not_be_made_has_it_tried_again(self, ana, phone, tracks, catalogue, save):
        wanted = SaveOffline(phone.id, tracks[0].id)
        ana.send(wanted)
        claim = catalogue.claim(*catalogue.waiting("encrypt"))
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "The disk is gone."))
        assert ana.send(wanted) == Preparing(5)
        assert isinstance(save(), OfflineCopy)

    def test_is_given_it_too_when_staff_have_it_tried_again(self, ana, phone, tracks, catalogue, staff, encrypt, save):
        ana.send(SaveOffline(phone.id, tracks[0].id))
        claim = catalogue.claim(*catalogue.waiting("encrypt"))
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "The disk is gone."))
        staff.send(ReplayJob(claim.job_id))
        assert encrypt() == 1
        assert isinstance(save(), OfflineCopy)


class TestWhatIsGiven:
    def test_is_all_that_playing_it_needs(self, save, release, tracks, clock):
        copy = save()
        assert (copy.title, copy.artist, copy.release_id, copy.release_title) == (
            tracks[0].title, "The Lanterns", release.id, release.title,
        )  # fmt: skip
        assert (copy.duration_ms, copy.audio.duration_ms) == (60_000, 60_000)
        file = copy.file
        assert (file.content_type, file.codecs, file.bit_rate, file.sha256) == ("audio/mp4", "mp4a.40.2", 256_000, "5" * 64)
        assert file.url_expires_at == clock.now() + timedelta(hours=1)
        assert int(parse_qs(urlsplit(file.url).query)["expires"][0]) == int(file.url_expires_at.timestamp())

    def test_has_a_licence_that_says_whose_it_is_and_until_when(self, ana, phone, save, tracks, public_keys):
        licence = save().licence
        assert verified(licence.document, public_keys) == {
            "jti": licence.id, "sub": ana.actor.account_id, "iat": int(START.timestamp()),
            "exp": int((START + MONTH).timestamp()), "device": phone.id, "track": tracks[0].id, "recording": tracks[0].recording_id,
            "rendition": "aac-256", "territory": "GB",
        }  # fmt: skip
        assert licence.expires_at == START + MONTH

    def test_has_a_key_that_only_the_device_can_open_and_only_for_this_copy(self, save, key, tracks):
        copy = save()
        assert len(copy.key) == 113
        opened = key.unwrap(copy.key, tracks[0].recording_id, "aac-256")
        assert len(opened) == 32
        assert opened not in copy.key
        for other, recording, rendition in (
            (DeviceKey(), tracks[0].recording_id, "aac-256"),
            (key, tracks[1].recording_id, "aac-256"),
            (key, tracks[0].recording_id, "aac-128"),
        ):
            with pytest.raises(InvalidTag):
                other.unwrap(copy.key, recording, rendition)

    def test_is_of_the_rendition_asked_for(self, save, key, tracks):
        large, small = save(), save(rendition=OfflineRendition.SMALL)
        assert small.file.bit_rate == 64_000
        assert key.unwrap(small.key, tracks[0].recording_id, "aac-64") != key.unwrap(large.key, tracks[0].recording_id, "aac-256")

    def test_has_another_key_for_each_recording(self, save, key, tracks):
        keys = {key.unwrap(save(track).key, tracks[track].recording_id, "aac-256") for track in range(2)}
        assert len(keys) == 2

    def test_is_one_licence_for_each_device_and_track(self, ana, save, clock):
        first = save().licence
        clock.advance(86_400)
        again = save(rendition=OfflineRendition.SMALL).licence
        assert (again.id, again.rendition) == (first.id, OfflineRendition.SMALL)
        assert again.expires_at == clock.now() + MONTH
        assert save(1).licence.id != first.id

    def test_is_one_licence_for_twenty_who_ask_at_once(self, ana, ben, phone, tracks, save):
        save(who=ben, device=ben.send(RegisterDevice("tablet", DeviceKey().public)).id)
        answers = at_once([lambda: ana.send(SaveOffline(phone.id, tracks[0].id))] * 20)
        assert len({answer.licence.id for answer in answers}) == 1

    def test_is_another_copy_under_another_key_once_the_audio_is_made_anew(self, ana, phone, tracks, save, core_app, key):
        before = key.unwrap(save().key, tracks[0].recording_id, "aac-256")
        with core_app.app_context():
            for row in db.session.scalars(db.select(RenditionRow).where(RenditionRow.name == "aac-256")):
                row.facts = row.facts.replace(b"0" * 64, b"1" * 64)
            db.session.commit()
        assert ana.send(SaveOffline(phone.id, tracks[0].id)) == Preparing(5)
        assert key.unwrap(save().key, tracks[0].recording_id, "aac-256") != before


class TestALicenceThatIsAltered:
    @pytest.fixture
    def document(self, save) -> str:
        return save().licence.document

    def test_by_any_character_is_refused(self, document, public_keys):
        verified(document, public_keys)
        for at in range(len(document)):
            letter = "B" if document[at] == "A" else "A"
            altered = document[:at] + letter + document[at + 1 :]
            try:
                claims = verified(altered, public_keys)
            except LicenceRefused:
                continue
            # The last character of base64 has bits that mean nothing.
            assert claims == verified(document, public_keys)
            assert at == len(document) - 1

    def test_or_signed_by_another_key_is_refused(self, document, public_keys):
        with pytest.raises(LicenceRefused):
            verified(document, [{**public_keys[0], "kid": "another"}])


class TestHowLongItLasts:
    @pytest.mark.parametrize(
        ("plan_ends", "deal_ends", "lasts"),
        [
            (None, None, MONTH),
            (timedelta(days=10), None, timedelta(days=10)),
            (timedelta(days=40), timedelta(days=7), timedelta(days=7)),
            (timedelta(days=5), timedelta(days=7), timedelta(days=5)),
            (timedelta(days=31), timedelta(days=31), MONTH),
            (timedelta(seconds=90, milliseconds=700), None, timedelta(seconds=90)),
        ],
    )
    def test_is_the_earliest_of_thirty_days_what_is_paid_and_the_deal(self, save, on_sale, plan_ends, deal_ends, lasts):
        on_sale(plan_ends and START + plan_ends, deal_ends and START + deal_ends)
        assert save().licence.expires_at == START + lasts

    def test_goes_by_the_deal_that_lasts_longest(self, save, on_sale, deals, release):
        on_sale(None, START + timedelta(days=2))
        deals.add(release.id, model=CommercialModel.SUBSCRIPTION, use_type=UseType.CONDITIONAL_DOWNLOAD, ends_at=START + timedelta(days=9))
        assert save().licence.expires_at == START + timedelta(days=9)
        deals.add(release.id, model=CommercialModel.SUBSCRIPTION, use_type=UseType.CONDITIONAL_DOWNLOAD)
        assert save().licence.expires_at == START + MONTH

    @pytest.mark.parametrize(
        "other",
        [
            {"use_type": UseType.ON_DEMAND_STREAM},
            {"territory": "JP"},
            {"model": CommercialModel.ADVERTISEMENT_SUPPORTED},
            {"starts_at": START + timedelta(days=1)},
            {"excluded": ("GB",)},
        ],
        ids=["stream", "territory", "model", "later", "excluded"],
    )
    def test_is_not_longer_for_a_deal_about_something_else(self, save, on_sale, deals, release, other):
        on_sale(None, START + timedelta(days=2))
        terms = {"model": CommercialModel.SUBSCRIPTION, "use_type": UseType.CONDITIONAL_DOWNLOAD, **other}
        deals.add(release.id, **terms)
        assert save().licence.expires_at == START + timedelta(days=2)

    def test_an_ended_plan_does_not_shorten_what_needs_none(self, ana, save, on_plan):
        on_plan(ana, "monthly", START - SECOND)
        assert save().licence.expires_at == START + MONTH


class TestARefusal:
    @staticmethod
    def expect(ask, reason: str, words: str) -> None:
        with pytest.raises(PlaybackRefused, match=words) as refusal:
            ask()
        assert refusal.value.details == {"reason": reason}
        assert refusal.value.next_step

    @pytest.fixture
    def ask(self, ana, phone, tracks):
        return lambda: ana.send(SaveOffline(phone.id, tracks[0].id))

    def test_of_a_track_there_is_not(self, ana, phone):
        with pytest.raises(NotFound, match="no such track"):
            ana.send(SaveOffline(phone.id, new_id()))

    def test_of_what_is_not_offered_here(self, ask, release, deals):
        deals.only(release.id, "JP")
        self.expect(ask, "not_offered", "is not offered in your country")

    def test_of_what_may_be_streamed_and_not_kept(self, ask, release, deals):
        deals.only(release.id)
        self.expect(ask, "not_offered", "may be streamed in your country, and not be kept offline")

    def test_of_what_the_plan_does_not_include_though_there_is_a_preview(self, ana, ask, on_sale, on_plan):
        on_sale()
        on_plan(ana, "none")
        self.expect(ask, "not_on_plan", "Your plan does not include “Blue Garden 1”")

    @pytest.mark.parametrize("ends", [START, START + timedelta(milliseconds=999)])
    def test_of_a_plan_that_is_as_good_as_over(self, ask, on_sale, ends):
        on_sale(ends)
        self.expect(ask, "not_on_plan", "does not include")

    def test_of_what_is_still_being_prepared(self, ana, phone, catalogue):
        (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["Dawn", "Noon"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        (track,) = [track for track in ana.send(GetRelease(release_id)).tracks if not track.playable]
        self.expect(lambda: ana.send(SaveOffline(phone.id, track.id)), "not_ready", "still being prepared")

    def test_of_a_device_beyond_the_plan_and_not_of_those_before_it(self, ana, phone, on_plan, tracks, save):
        on_plan(ana, "monthly")
        tablet = ana.send(RegisterDevice("tablet", DeviceKey().public))
        save(device=tablet.id)
        on_plan(ana, "none")
        self.expect(lambda: ana.send(SaveOffline(tablet.id, tracks[0].id)), "device_limit", "Your plan lets one device")
        save()
        ana.send(RemoveDevice(phone.id))
        save(device=tablet.id)

    def test_of_a_suspended_account(self, ask, operator):
        operator.send(SuspendAccount("ana@example.com"))
        with pytest.raises(AccountSuspended):
            ask()

    @pytest.mark.parametrize("rendition", ["flac", "preview", ""])
    def test_of_a_rendition_that_is_not_kept(self, ana, phone, tracks, rendition):
        with pytest.raises(Invalid):
            ana.send(SaveOffline(phone.id, tracks[0].id, rendition))

    def test_of_a_rendition_that_was_never_made(self, ask, core_app):
        with core_app.app_context():
            db.session.execute(db.delete(RenditionRow).where(RenditionRow.name == "aac-256"))
            db.session.commit()
        with pytest.raises(Invalid, match="no rendition aac-256"):
            ask()

    def test_leaves_what_was_given_before(self, ana, ask, save, phone, deals, release):
        given = save().licence
        deals.only(release.id)
        self.expect(ask, "not_offered", "not be kept")
        deals.add(release.id, use_type=UseType.CONDITIONAL_DOWNLOAD)
        assert [one.id for one in ana.send(CheckIn(phone.id, (given.id,))).renewed] == [given.id]
