"""For staff: what was delivered, how far it has come, and what was refused."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import GetDelivery, ListDeliveries
from apps.website.actor import core

views = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@views.get("")
def index() -> str:
    deliveries = core().send(ListDeliveries(cursor=request.args.get("cursor")))
    return render_template("deliveries/index.html", deliveries=deliveries, flower=current_app.config["FLOWER_URL"])


@views.get("/<id:delivery_id>")
def show(delivery_id: DeliveryId) -> str:
    delivery = core().send(GetDelivery(delivery_id=delivery_id))
    refusals, pictures = delivery.refusals, delivery.picture_refusals
    return render_template("deliveries/show.html", delivery=delivery.summary, refusals=refusals, picture_refusals=pictures)
