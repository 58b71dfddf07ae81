"""The order in which every Action passes the middleware: adding a concern is one file and one line here."""

from __future__ import annotations

from apps.core.bus import Middleware
from apps.core.middleware.authorise import authorise
from apps.core.middleware.idempotency import idempotency
from apps.core.middleware.log import log
from apps.core.middleware.map_errors import map_errors
from apps.core.middleware.meter import meter
from apps.core.middleware.metrics import metrics
from apps.core.middleware.outbox import outbox
from apps.core.middleware.repeat import repeat
from apps.core.middleware.unit_of_work import unit_of_work
from apps.core.middleware.validate import validate

ORDER: tuple[Middleware, ...] = (log, metrics, meter, map_errors, authorise, validate, idempotency, repeat, unit_of_work, outbox)
