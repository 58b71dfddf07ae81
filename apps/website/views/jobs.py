"""For staff: background work that was given up, why, and a way to have it tried again."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.ids import JobId
from apps.core.contract.jobs import JobStatus, ListJobs, ListUnpublishedEvents, ReplayJob
from apps.website.actor import core
from apps.website.languages import marked

views = Blueprint("jobs", __name__, url_prefix="/jobs")

WORDS = {
    "chart": marked("Count a chart"),
    "dispatch": marked("Send a statement"),
    "encrypt": marked("Make an offline copy"),
    "export": marked("Export a day of plays"),
    "receive": marked("Take in a release"),
    "statements": marked("Write a week's statements"),
    "train": marked("Train the radio"),
    "transcode": marked("Prepare a recording"),
}
"""What each kind of job does."""


@views.get("")
def index() -> str:
    given_up, events = core().send_many(ListJobs(JobStatus.FAILED, request.args.get("cursor")), ListUnpublishedEvents())
    return render_template("jobs/index.html", jobs=given_up, events=events, words=WORDS)


@views.post("/<id:job_id>/replay")
def replay(job_id: JobId) -> ResponseReturnValue:
    core().send(ReplayJob(job_id))
    return redirect(url_for("jobs.index"), 303)
