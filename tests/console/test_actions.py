"""`celesta actions`: the contract as a person reads it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from apps.console.actions import actions, actions_page
from apps.core.contract.codec import ACTIONS
from apps.core.contract.description import describe, descriptions
from apps.core.contract.intake import CompleteDelivery, WriteRelease
from apps.core.contract.playback import StartPlayback


class TestActions:
    def test_every_action_is_described_once(self):
        assert sorted(one.name for one in descriptions()) == sorted(ACTIONS)

    def test_a_command_with_scope_errors_and_fields(self):
        one = describe(StartPlayback)
        assert (one.kind, one.domain, one.scope, one.result) == ("Command", "playback", "playback", "PlaybackSession")
        assert one.errors == ("NotFound", "PlaybackRefused")
        assert one.fields == ("track_id", "device", "take_over")
        assert one.permission.startswith("listener (")

    def test_results_are_named_as_in_the_contract(self):
        assert describe(WriteRelease).result == "Id | None"

    def test_events_are_named(self):
        assert describe(CompleteDelivery).events == ("JobReady",)

    @pytest.mark.parametrize("name", ["StartPlayback", "startplay"])
    def test_one_is_found_by_part_of_its_name(self, name):
        printed = CliRunner().invoke(actions, [name]).output
        assert printed.startswith("StartPlayback  (Command, playback)")
        assert printed.count("permission:") == 1

    def test_an_unknown_name_is_one_clear_line(self):
        done = CliRunner().invoke(actions, ["Nothing"])
        assert done.exit_code == 1
        assert done.output == "Error: No Action's name contains 'Nothing': print them all with `./celesta actions`.\n"

    def test_the_page_has_a_heading_for_each(self):
        page = actions_page()
        assert page == CliRunner().invoke(actions, ["--markdown"]).output.removesuffix("\n")
        assert all(f"\n### {name}\n" in page for name in ACTIONS)
