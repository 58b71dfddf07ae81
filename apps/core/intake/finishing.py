"""When a delivery is over."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.intake import DeliveryStatus
from apps.core.database import FOR_CHANGE
from apps.core.intake.models import DeliveredReleaseRow, DeliveryRow


def finish_delivery(session: Session, delivery_id: str) -> None:
    """Mark the delivery finished where each of its releases is written or given up; to be done once what it is about is written.

    Of what its transaction does after that nothing may wait for somebody who waits for this delivery.
    """
    session.flush()
    # Two workers ending the last two releases at once wait for each other here: the second sees what the first wrote.
    delivery = session.get_one(DeliveryRow, delivery_id, with_for_update=FOR_CHANGE)
    left = select(DeliveredReleaseRow.id).where(DeliveredReleaseRow.delivery_id == delivery_id, DeliveredReleaseRow.written_at.is_(None))
    if session.scalar(left.limit(1)) is None:
        delivery.status = DeliveryStatus.FINISHED
