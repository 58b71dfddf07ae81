"""What lies in quarantine is needed until its delivery is over and its audio made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.errors import Forbidden
from apps.core.contract.intake import QUARANTINE, REPLAYABLE_DAYS, CompleteDelivery, ListSpentKeys, OpenDelivery, RecordFiles
from apps.core.contract.jobs import FailJob


class TestListSpentKeys:
    def test_leaves_out_a_delivery_that_goes_on(self, worker, operator, catalogue):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, (*catalogue.files("Blue", ["One"]), *catalogue.files("Green", ["One"]))))
        operator.send(CompleteDelivery(delivery_id))
        key, elsewhere = f"{QUARANTINE}{delivery_id}/{'a' * 64}", f"{QUARANTINE}gone/{'a' * 64}"
        assert worker.send(ListSpentKeys((key, elsewhere))) == (elsewhere,)
        first, second = catalogue.waiting("receive")
        catalogue.receive(first)
        assert worker.send(ListSpentKeys((key, elsewhere))) == (elsewhere,)
        catalogue.receive(second)
        assert worker.send(ListSpentKeys((key, elsewhere))) == (key, elsewhere)

    def test_leaves_out_what_a_transcode_waits_for_works_on_or_could_be_tried_again_with(self, worker, catalogue, clock):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        (job_id,) = catalogue.waiting("transcode")
        claim = catalogue.claim(job_id)
        key = claim.work.source_key
        assert worker.send(ListSpentKeys((key,))) == ()
        worker.send(FailJob(job_id, claim.lease, "It is not music."))
        assert worker.send(ListSpentKeys((key,))) == ()
        clock.advance(timedelta(days=REPLAYABLE_DAYS).total_seconds())
        assert worker.send(ListSpentKeys((key,))) == (key,)

    def test_is_for_the_back_office(self, administrator):
        with pytest.raises(Forbidden):
            administrator.send(ListSpentKeys(()))
