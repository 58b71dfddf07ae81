"""A playlist as the compilation that it would be: all of it in one answer."""

from __future__ import annotations

import pytest

from apps.core.contract.editorial import GetCompilationDraft
from apps.core.contract.errors import NotFound
from apps.core.contract.playlists import AddToPlaylist, EditPlaylist, MoveInPlaylist, Visibility
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from apps.core.editorial import statements as drafting


@pytest.fixture
def shared(ana, filled):
    """Ana's, with five tracks, for whoever has its address."""
    return ana.send(EditPlaylist(filled.id, "Garden Songs", "", Visibility.UNLISTED))


class TestGetCompilationDraft:
    def test_has_all_tracks_in_their_order_by_a_fixed_number_of_statements(self, ana, staff, shared, release, statements, entries):
        ana.send(AddToPlaylist(shared.id, tuple(track.id for track in release.tracks) * 60))
        ana.send(MoveInPlaylist(shared.id, entries(ana, shared.id)[-1].id, 1))
        asked = GetCompilationDraft(shared.id)
        staff.send(asked)  # who they are is known for some seconds
        before = statements(asked)
        draft = staff.send(asked)
        assert (draft.title, len(draft.tracks), draft.left_out, statements(asked) - before) == ("Garden Songs", 305, 0, 2)
        assert [one.track_id for one in draft.tracks] == [one.track.track_id for one in entries(ana, shared.id)]
        assert draft.tracks[0].title == release.tracks[4].title

    def test_leaves_out_what_a_release_has_no_room_for(self, staff, shared, monkeypatch):
        monkeypatch.setattr(drafting, "DRAFT", drafting.DRAFT.limit(3))
        draft = staff.send(GetCompilationDraft(shared.id))
        assert (len(draft.tracks), draft.left_out) == (3, 2)

    def test_of_a_smart_playlist_is_what_fits(self, ana, staff, release):
        rule = SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)), limit=4)
        smart = ana.send(CreateSmartPlaylist("Clean", rule, visibility=Visibility.PUBLIC))
        draft = staff.send(GetCompilationDraft(smart.id))
        assert ({one.track_id for one in draft.tracks} < {track.id for track in release.tracks}, len(draft.tracks)) == (True, 4)

    def test_of_what_is_private_is_not_found(self, staff, filled):
        with pytest.raises(NotFound):
            staff.send(GetCompilationDraft(filled.id))
