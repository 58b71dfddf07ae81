"""The page of devices that keep music offline."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from apps.core.client.interface import Sender
from apps.core.contract.accounts import LogIn
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.contract.offline import ListDevices, RecordEncryption, RegisterDevice, SaveOffline
from apps.core.rights.plans import Plan, Plans
from ports.payments.interface import Interval
from tests.reference_client.keys import DeviceKey
from tests.website.visitor import PASSWORD

PAGE = "/account/devices"


@pytest.fixture
def ana(listener, visitor, sender) -> Sender:
    """Whoever is logged in as `listener`."""
    account = visitor.send(LogIn("ana@example.com", PASSWORD))
    return sender(Actor(Service.WEBSITE, account_id=account.id))


@pytest.fixture
def phone(ana):
    return ana.send(RegisterDevice("Ana's <phone>", DeviceKey().public))


class TestDevices:
    def test_of_nobody_yet_says_how_they_come(self, listener):
        page = listener.get(PAGE)
        assert page.status_code == HTTPStatus.OK
        assert "No device keeps music offline yet" in page.text

    def test_without_a_plan_say_what_one_gives(self, listener, ana, on_plan, clock):
        page = listener.get(PAGE).text
        assert "Without a plan 1 device keeps offline what everybody may hear" in page
        assert ("Your plan lets" in page, 'may be kept. <a href="/plans"' in page) == (False, True)
        on_plan(ana, "monthly")
        clock.advance(6)
        page = listener.get(PAGE).text
        assert ("Your plan lets" in page, "Without a plan" in page) == (True, False)

    def test_are_named_with_what_they_keep(self, listener, phone):
        page = listener.get(PAGE).text
        assert "Ana&#39;s &lt;phone&gt;" in page
        assert "0 tracks kept · last seen 2 March 2026" in page

    def test_are_removed(self, listener, phone, ana):
        answer = listener.submit(PAGE, f"{PAGE}/{phone.id}/remove")
        assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, PAGE)
        assert ana.send(ListDevices()).items == ()

    def test_that_were_removed_are_named_with_the_day_their_place_is_free(self, listener, phone, ana, catalogue):
        track = ana.send(GetRelease(catalogue.release())).tracks[0]
        ana.send(SaveOffline(phone.id, track.id))
        (job_id,) = catalogue.waiting("encrypt")
        claim = catalogue.claim(job_id)
        catalogue.worker.send(RecordEncryption(job_id, claim.lease, "offline/a.clst", 10, "5" * 64))
        ana.send(SaveOffline(phone.id, track.id))
        listener.submit(PAGE, f"{PAGE}/{phone.id}/remove")
        page = listener.get(PAGE).text
        assert "Ana&#39;s &lt;phone&gt;" in page
        assert "its place is free on 1 April 2026" in page
        assert "No device keeps music offline yet" not in page

    def test_beyond_the_plan_are_told(self, listener, ana, phone, on_plan, core_app):
        on_plan(ana, "monthly")
        ana.send(RegisterDevice("tablet", DeviceKey().public))
        smaller = Plan("monthly", "Monthly", streams=1, devices=1, every=Interval.MONTH, prices={"GBP": 100})
        core_app.extensions["container"].put(Plans, Plans({smaller.code: smaller}))
        assert "more than your plan allows" in listener.get(PAGE).text

    def test_of_somebody_else_are_not_found(self, listener, phone, visit, ana):
        eve = visit()
        eve.register("Eve", "eve@example.com")
        token = eve.script_token()
        for device_id in (phone.id, new_id()):
            answer = eve.client.post(f"{PAGE}/{device_id}/remove", data={"csrf_token": token})
            assert answer.status_code == HTTPStatus.NOT_FOUND
        assert ana.send(ListDevices()).items == (phone,)

    def test_are_not_removed_by_another_site(self, listener, phone, ana):
        assert listener.client.post(f"{PAGE}/{phone.id}/remove").status_code == HTTPStatus.FORBIDDEN
        assert ana.send(ListDevices()).items == (phone,)

    def test_are_for_who_is_logged_in(self, guest):
        answer = guest.get(PAGE)
        assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/log-in?next=%2Faccount%2Fdevices")
