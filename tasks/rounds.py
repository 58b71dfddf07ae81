"""Everything that the schedule asks for, at once: where the clock is moved by hand, no schedule can know when."""

from __future__ import annotations

from apps.core.contract.charts import AskForEditions
from apps.core.contract.exports import AskForExports
from apps.core.contract.radio import AskForTraining
from apps.core.contract.reporting import AskForStatements
from tasks.app import celery
from tasks.billing import settle
from tasks.office import office


@celery.task
def make() -> None:
    """Ask the shops, then ask for all work that is due by Core's clock."""
    core = office().core
    settle(office())
    core.send(AskForExports())
    core.send(AskForEditions())
    core.send(AskForTraining())
    core.send(AskForStatements())
