"""What nobody sees of a library, such as deleted playlists, decides nothing that its owner does see."""

from __future__ import annotations

import pytest

from apps.core.contract.errors import Conflict
from apps.core.contract.playlists import CreatePlaylist, DeletePlaylist, ListPlaylists, ListRecentPlaylists, MovePlaylist, RestorePlaylist
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule


@pytest.fixture
def made(ana):
    """Ana's, by title, the second of them deleted."""
    made = {title: ana.send(CreatePlaylist(title)).id for title in ("One", "Gone", "Two", "Three")}
    ana.send(DeletePlaylist(made["Gone"]))
    return made


class TestADeletedPlaylist:
    @pytest.mark.parametrize(
        ("number", "order"), [(1, ["Three", "One", "Two"]), (2, ["One", "Three", "Two"]), (3, ["One", "Two", "Three"])]
    )
    def test_has_no_number_among_the_others(self, ana, made, number, order):
        ana.send(MovePlaylist(made["Three"], number=number))
        assert [one.title for one in ana.send(ListPlaylists()).items] == order

    def test_is_among_them_again_where_it_was(self, ana, made):
        ana.send(MovePlaylist(made["Three"], number=1))
        ana.send(RestorePlaylist(made["Gone"]))
        assert [one.title for one in ana.send(ListPlaylists()).items] == ["Three", "One", "Gone", "Two"]

    def test_takes_no_room_in_a_full_library(self, ana, made, monkeypatch):
        monkeypatch.setattr("apps.core.playlists.placing.MOST_PLAYLISTS", 3)
        with pytest.raises(Conflict, match="yours is full"):
            ana.send(CreatePlaylist("Four"))
        ana.send(DeletePlaylist(made["One"]))
        ana.send(CreatePlaylist("Four"))
        with pytest.raises(Conflict, match="yours is full"):
            ana.send(RestorePlaylist(made["One"]))
        ana.send(RestorePlaylist(made["Two"]))  # it is there


class TestASmartPlaylist:
    def test_is_none_of_those_that_tracks_can_be_added_to(self, ana, playlist):
        ana.send(CreateSmartPlaylist("Clean", SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)))))
        assert [one.id for one in ana.send(ListRecentPlaylists(editable=True))] == [playlist.id]
