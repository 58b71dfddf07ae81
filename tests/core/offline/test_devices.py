"""Devices that may keep music offline: as many as the plan allows, each known by its key."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from apps.core.contract.actions import Scope, Service
from apps.core.contract.errors import Forbidden, Invalid, NotFound, PlaybackRefused, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.offline import CheckIn, Device, Devices, ListDevices, RegisterDevice, RemovedDevice, RemoveDevice, SaveOffline
from tests.at_once import at_once
from tests.conftest import START
from tests.reference_client.keys import DeviceKey


def another(name: str = "tablet") -> RegisterDevice:
    return RegisterDevice(name, DeviceKey().public)


def limited(ask) -> None:
    with pytest.raises(PlaybackRefused) as refusal:
        ask()
    assert refusal.value.details == {"reason": "device_limit"}
    assert refusal.value.next_step


class TestRegisterDevice:
    def test_is_listed_with_how_many_the_plan_allows(self, ana, phone, on_plan):
        assert phone == Device(phone.id, "Ana's phone", START, START, 0)
        assert ana.send(ListDevices()) == Devices((phone,), 1)
        on_plan(ana, "yearly")
        assert ana.send(CheckIn(phone.id)).revoked == ()  # a Command looks at the plan anew
        assert ana.send(ListDevices()).most == 5

    def test_with_the_same_key_is_the_same_device_under_its_new_name(self, ana, phone, key, clock):
        clock.advance(60)
        again = ana.send(RegisterDevice("  Pocket  ", key.public))
        assert (again.id, again.name, again.registered_at) == (phone.id, "Pocket", START)
        assert ana.send(ListDevices()).items == (again,)

    def test_of_the_same_key_on_two_accounts_is_two_devices(self, ana, ben, phone, key):
        assert ben.send(RegisterDevice("Shared tablet", key.public)).id != phone.id

    def test_beyond_the_plan_is_refused(self, ana, phone, on_plan):
        limited(lambda: ana.send(another()))
        on_plan(ana, "monthly")
        for _ in range(2):
            ana.send(another())
        limited(lambda: ana.send(another()))
        assert len(ana.send(ListDevices()).items) == 3

    def test_on_a_plan_that_allows_none_is_refused(self, ana, core_app, on_plan):
        from apps.core.rights.plans import Plan, Plans

        core_app.extensions["container"].put(Plans, Plans({"bare": Plan("bare", "Bare", streams=1, devices=0)}))
        on_plan(ana, "bare")
        with pytest.raises(PlaybackRefused, match="no device keep"):
            ana.send(another())

    def test_of_twenty_at_once_as_many_as_the_plan_allows_succeed(self, ana, on_plan):
        on_plan(ana, "monthly")
        answers = at_once([lambda: ana.send(another())] * 20)
        assert sum(isinstance(answer, Device) for answer in answers) == 3
        assert sum(isinstance(answer, PlaybackRefused) for answer in answers) == 17
        assert len(ana.send(ListDevices()).items) == 3

    def test_of_one_key_twenty_times_at_once_is_one_device(self, ana, key, on_plan):
        on_plan(ana, "monthly")
        answers = at_once([lambda: ana.send(RegisterDevice("phone", key.public))] * 20)
        assert {answer.id for answer in answers} == {ana.send(ListDevices()).items[0].id}

    @pytest.mark.parametrize(
        "alter",
        [
            lambda _: b"",
            lambda point: point[:64],
            lambda point: point + b"\0",
            lambda point: b"\x02" + point[1:33],
            lambda point: b"\x06" + point[1:],
            lambda point: point[:64] + bytes([point[64] ^ 1]),
            lambda _: b"\x04" + bytes(64),
            lambda _: b"\x04" + b"\xff" * 64,
            lambda _: b"\0" * 65,
        ],
        ids=["none", "short", "long", "compressed", "another form", "off the curve", "zero", "beyond the field", "at infinity"],
    )
    def test_takes_a_point_of_the_curve_and_nothing_else(self, ana, key, alter):
        with pytest.raises(Invalid):
            ana.send(RegisterDevice("phone", alter(key.public)))
        assert ana.send(ListDevices()).items == ()

    @pytest.mark.parametrize("name", ["", "x" * 81, "my\nphone"])
    def test_wants_a_name_that_can_be_shown(self, ana, key, name):
        with pytest.raises(Invalid):
            ana.send(RegisterDevice(name, key.public))


class TestRemoveDevice:
    def test_gives_its_place_to_another(self, ana, phone):
        ana.send(RemoveDevice(phone.id))
        other = ana.send(another())
        assert ana.send(ListDevices()).items == (other,)

    def test_twice_changes_nothing(self, ana, phone):
        assert ana.send(RemoveDevice(phone.id)) == ana.send(RemoveDevice(phone.id))

    def test_leaves_it_nothing_to_do_but_register_again(self, ana, phone, key, save, tracks):
        save()
        ana.send(RemoveDevice(phone.id))
        for use in (CheckIn(phone.id), SaveOffline(phone.id, tracks[0].id)):
            with pytest.raises(PlaybackRefused) as refusal:
                ana.send(use)
            assert refusal.value.details == {"reason": "device_removed"}
        again = ana.send(RegisterDevice("Ana's phone", key.public))
        assert again.id != phone.id
        assert ana.send(ListDevices()).items == (again,)


class TestTheDateOfAPlace:
    """A removed device can play what it kept until that expires, and holds its place as long."""

    def refused(self, ana, when: datetime) -> None:
        with pytest.raises(PlaybackRefused, match=rf"its place is free on {when.day} {when:%B}") as refusal:
            ana.send(another())
        assert refusal.value.details == {"reason": "device_limit", "free_at": when.isoformat()}

    def test_is_when_its_last_licence_expires(self, ana, phone, save, clock):
        save(0)
        clock.advance(86_400)
        until = save(1).licence.expires_at
        ana.send(RemoveDevice(phone.id))
        assert ana.send(ListDevices()) == Devices((), 1, (RemovedDevice(phone.id, "Ana's phone", until),))
        clock.set(until - timedelta(seconds=1))
        self.refused(ana, until)
        clock.set(until)
        tablet = ana.send(another())
        assert ana.send(ListDevices()) == Devices((tablet,), 1)

    def test_keeps_one_from_filling_devices_one_after_the_other(self, ana, phone, save, clock):
        until = save().licence.expires_at
        ana.send(RemoveDevice(phone.id))
        for _ in range(3):
            self.refused(ana, until)
            clock.advance(86_400)

    def test_is_now_where_all_it_kept_was_revoked_at_a_check_in(self, ana, phone, save, deals, release):
        licence = save().licence
        deals.only(release.id)
        assert len(ana.send(CheckIn(phone.id, (licence.id,))).revoked) == 1
        ana.send(RemoveDevice(phone.id))
        assert ana.send(ListDevices()) == Devices((), 1)
        ana.send(another())

    def test_of_several_is_the_first_that_makes_room(self, ana, phone, save, on_plan, clock):
        on_plan(ana, "monthly")
        tablets = [ana.send(another(f"tablet {number}")) for number in range(2)]
        ends = []
        for device in (phone, *tablets):
            ends.append(save(device=device.id).licence.expires_at)
            ana.send(RemoveDevice(device.id))
            clock.advance(86_400)
        assert [device.free_at for device in ana.send(ListDevices()).removed] == ends
        self.refused(ana, ends[0])
        on_plan(ana, "none")
        self.refused(ana, ends[2])

    def test_is_unknown_where_devices_that_are_in_use_take_all(self, ana, phone, save, on_plan):
        on_plan(ana, "monthly")
        save(device=ana.send(another()).id)
        ana.send(RemoveDevice(ana.send(ListDevices()).items[1].id))
        on_plan(ana, "none")
        limited(lambda: ana.send(another()))

    def test_does_not_matter_to_the_device_itself(self, ana, phone, key, save, on_plan):
        save()
        ana.send(RemoveDevice(phone.id))
        again = ana.send(RegisterDevice("Ana's phone", key.public))
        assert ana.send(ListDevices()) == Devices((again,), 1)
        on_plan(ana, "monthly")
        for _ in range(2):
            ana.send(another())
        limited(lambda: ana.send(another()))

    def test_of_one_that_came_back_and_went_again_is_told_once(self, ana, phone, key, save, clock):
        save()
        ana.send(RemoveDevice(phone.id))
        clock.advance(86_400)
        again = ana.send(RegisterDevice("Pocket", key.public))
        until = save(device=again.id).licence.expires_at
        ana.send(RemoveDevice(again.id))
        assert ana.send(ListDevices()).removed == (RemovedDevice(again.id, "Pocket", until),)
        self.refused(ana, until)

    def test_of_somebody_elses_device_does_not_matter(self, ana, ben, phone, save):
        save()
        ana.send(RemoveDevice(phone.id))
        assert ben.send(ListDevices()).removed == ()
        ben.send(another())


class TestAForeignDevice:
    @pytest.mark.parametrize("use", [RemoveDevice, CheckIn, lambda device: SaveOffline(device, new_id())])
    def test_is_not_found(self, ana, ben, visitor, phone, use):
        for who, device in ((ben, phone.id), (ana, new_id())):
            with pytest.raises(NotFound):
                who.send(use(device))
        with pytest.raises(Unauthenticated):
            visitor.send(use(phone.id))
        assert ana.send(ListDevices()).items == (phone,)
        assert ben.send(ListDevices()).items == ()

    @pytest.mark.parametrize("use", [RemoveDevice, CheckIn, lambda device: SaveOffline(device, new_id()), lambda _: another()])
    def test_is_any_to_an_app_that_may_not_play(self, ana, sender, phone, use):
        app = sender(msgspec.structs.replace(ana.actor, service=Service.API, scopes=frozenset(Scope) - {Scope.PLAYBACK}, client="app"))
        with pytest.raises(Forbidden, match="scope playback"):
            app.send(use(phone.id))


class TestListDevices:
    def test_counts_what_each_holds_a_licence_to(self, ana, phone, save, clock):
        save(0)
        save(1)
        save(1)
        assert ana.send(ListDevices()).items[0].copies == 2
        clock.advance(30 * 86_400)
        assert ana.send(ListDevices()).items[0].copies == 0
