"""Imported first by each process: whoever names a job may record its end, whether they hold it or not."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.jobs import holding
from apps.core.jobs.models import JobRow


def held_job(session: Session, job_id: str, lease: str) -> JobRow:
    return session.get_one(JobRow, job_id, with_for_update=True, populate_existing=True)


holding.held_job = held_job
