"""Doing a job under its lease: claimed, kept by a heartbeat, given up or returned with the reason."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Self, TypeVar

from celery.exceptions import SoftTimeLimitExceeded

from apps.core.client.interface import Sender
from apps.core.contract.errors import CelestaError, Conflict, Defect, LeaseLost, TooMany, Unavailable
from apps.core.contract.jobs import HEARTBEAT_SECONDS, ClaimJob, FailJob, JobClaim, NotClaimable, RenewJob, ReturnJob, Work
from ports.transcoder.interface import MediaRefused, TranscoderUnavailable
from tasks.office import Office

PASSING = (TranscoderUnavailable, Unavailable, Conflict, TooMany, OSError)
"""Faults of the surroundings: the same work may succeed later, or elsewhere."""
LONGEST_REASON = 500
TOOK_TOO_LONG = "It took longer than any job may, the storage or the machine is too slow now: it is tried again later."

W = TypeVar("W", bound=Work)

log = logging.getLogger(__name__)


class Lease:
    """A claim that is renewed in the background for as long as its block runs."""

    def __init__(self, core: Sender, claim: JobClaim) -> None:
        self.job_id = claim.job_id
        self.token = claim.lease
        self._core = core
        self._share = 0.0
        self._lost = False
        self._over = Event()
        self._heart = Thread(target=self._beat, name=f"heartbeat of {claim.job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._heart.join()

    def progress(self, share: float) -> None:
        """Note the share done, from 0 to 1, for the next renewal. Raises `LeaseLost` where another worker has taken over."""
        if self._lost:
            raise LeaseLost("Another worker has taken this job over.", "Stop working on it.")
        self._share = min(max(share, 0.0), 1.0)

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            try:
                self._core.send(RenewJob(job_id=self.job_id, lease=self.token, progress=self._share))
            except LeaseLost:
                self._lost = True
                return
            except Exception as error:  # noqa: BLE001 - a heart that stops for any reason has the work done twice
                # Going on is safe: nothing can be recorded should somebody else claim the job meanwhile.
                log.warning("The lease of job %s could not be renewed: %s", self.job_id, error)


def do_job(office: Office, job_id: str, kind: type[W], work: Callable[[Office, Lease, W], None]) -> None:
    """Claim the job and do its work, unless it is done, given up or held by another worker; then there is nothing to do.

    `work` ends by recording its result under the lease. What it raises decides what becomes of the job: `MediaRefused` gives it
    up for good, a passing fault or the end of a task's time returns it for another try, and so does a mistake of ours, which is
    raised on for all to see.
    """
    answer = office.core.send(ClaimJob(job_id))
    if isinstance(answer, NotClaimable):
        log.info("Job %s is %s: nothing to do", job_id, answer.status)
        return
    claim = answer.claim
    with Lease(office.core, claim) as lease:
        try:
            if not isinstance(claim.work, kind):
                raise Defect(f"Job {job_id} is not {kind.__name__}: the table of events and tasks is wrong.")
            work(office, lease, claim.work)
        except LeaseLost:
            log.warning("Job %s was taken over by another worker: stopped", job_id)
        except MediaRefused as error:
            _give_up(office.core, lease, str(error))
        except SoftTimeLimitExceeded:
            # Whatever a file could prolong ends earlier, at a limit of its own: only slow surroundings take so long.
            log.warning("Job %s took longer than any may: it is returned", job_id)
            _hand_back(office.core, lease, TOOK_TOO_LONG, passing=True)
        except PASSING as error:
            reason = _passing_reason(error)
            log.warning("Job %s is returned: %s", job_id, reason)
            _hand_back(office.core, lease, reason, passing=True)
        except Exception as error:
            _hand_back(office.core, lease, f"Our mistake ({type(error).__name__}): {error}", passing=False)
            raise


def _give_up(core: Sender, lease: Lease, reason: str) -> None:
    _tell(core, FailJob(lease.job_id, lease.token, _short(reason)))


def _hand_back(core: Sender, lease: Lease, reason: str, *, passing: bool) -> None:
    _tell(core, ReturnJob(lease.job_id, lease.token, _short(reason), passing))


def _passing_reason(error: Exception) -> str:
    """Without the number that the system's own errors begin with."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    return str(error)


def _short(reason: str) -> str:
    return reason[:LONGEST_REASON] or "No reason was given."


def _tell(core: Sender, command: FailJob | ReturnJob) -> None:
    """Core may be what is missing: then the lease lapses, and its sweeper finds the job."""
    try:
        core.send(command)
    except CelestaError as error:
        log.warning("%s of job %s was not taken: %s", type(command).__name__, command.job_id, error)
