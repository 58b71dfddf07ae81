"""`celesta jobs`: what was given up, and trying it again."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from apps.console.jobs import jobs
from apps.core.contract.jobs import FailJob
from tests.factories.catalogue import Catalogue


@pytest.fixture
def run(own_home):
    return lambda *arguments: CliRunner().invoke(jobs, arguments)


@pytest.fixture
def given_up(catalogue: Catalogue) -> list[str]:
    catalogue.deliver(catalogue.files("Blue Garden", ["One", "Two"]))
    waiting = catalogue.waiting("transcode")
    for job_id in waiting:
        catalogue.worker.send(FailJob(job_id, catalogue.claim(job_id).lease, "The disk is broken."))
    return waiting


class TestJobs:
    def test_that_were_given_up_are_listed_with_their_reasons(self, run, given_up):
        lines = run("list").output.splitlines()
        assert [line.split()[0] for line in lines] == given_up[::-1]
        assert all("transcode  failed" in line and line.endswith("The disk is broken.") for line in lines)

    def test_one_is_tried_again(self, run, given_up, catalogue):
        assert "waiting" in run("replay", given_up[0]).output
        assert catalogue.waiting("transcode") == given_up[:1]

    def test_all_are_tried_again(self, run, given_up, catalogue):
        assert run("replay", "--all").output.count("waiting") == 2
        assert run("list").output == "Nothing was given up.\n"
        assert len(run("list", "--status", "waiting").output.splitlines()) == len(given_up)

    def test_that_has_no_such_id_is_told_where_ids_are(self, run):
        assert "nope is no job's id: celesta jobs list has them" in run("replay", "nope").output

    @pytest.mark.parametrize("arguments", [(), ("0" * 22, "--all")])
    def test_says_which_are_meant(self, run, arguments):
        assert "Name the jobs" in run("replay", *arguments).output
