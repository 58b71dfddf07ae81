"""Imported first by a worker or a beat: what is done every minute or hour is done every five seconds."""

from __future__ import annotations

from datetime import timedelta

from celery.schedules import schedule

import tasks.schedule

OFTEN = timedelta(seconds=5)

tasks.schedule.SCHEDULE = dict.fromkeys(tasks.schedule.SCHEDULE, OFTEN)
tasks.schedule.CALENDAR = dict.fromkeys((*tasks.schedule.CALENDAR, OFTEN), schedule(OFTEN))  # pyright: ignore[reportAttributeAccessIssue] - beat takes either kind
