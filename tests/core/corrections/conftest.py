"""What staff do with the catalogue, as they do it on the page: look, change some of it, send it all."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.corrections import CorrectRelease, CorrectTrack, GetEditableRelease, NamedCredit
from apps.core.contract.search import Search
from apps.core.search.keeping import SearchIndexes


@pytest.fixture
def look(staff):
    return lambda release_id: staff.send(GetEditableRelease(release_id))


@pytest.fixture
def corrected():
    """The Command that changes this of a release that was looked at, or of one of its tracks by place."""

    def corrected(seen, track=None, **changes):
        changes = {
            name: tuple(NamedCredit(role, credited) for role, credited in value) if name == "credits" else value
            for name, value in changes.items()
        }
        if track is None:
            names = ("title", "artist", "credits", "released_on", "genre", "label", "type")
            held = CorrectRelease(seen.id, seen.revision, **{name: getattr(seen, name) for name in names})
        else:
            one = seen.tracks[track]
            held = CorrectTrack(one.id, seen.revision, one.title, one.artist, one.credits, one.explicit)
        return msgspec.structs.replace(held, **changes)

    return corrected


@pytest.fixture
def correct(staff, look, corrected):
    def correct(release_id, track=None, **changes):
        return staff.send(corrected(look(release_id), track, **changes))

    return correct


@pytest.fixture
def find(core_app, ana):
    """Search, the index in step."""

    def find(words, **how):
        core_app.extensions["container"].get(SearchIndexes).look_again()
        return ana.send(Search(words, **how))

    return find
