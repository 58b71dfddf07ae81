"""The listener's devices that keep music offline."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.ids import DeviceId
from apps.core.contract.offline import ListDevices, RemoveDevice
from apps.website.actor import core

views = Blueprint("devices", __name__, url_prefix="/account/devices")


@views.get("")
def show() -> str:
    return render_template("account/devices.html", devices=core().send(ListDevices()))


@views.post("/<id:device_id>/remove")
def remove(device_id: DeviceId) -> ResponseReturnValue:
    core().send(RemoveDevice(device_id))
    return redirect(url_for("devices.show"), 303)
