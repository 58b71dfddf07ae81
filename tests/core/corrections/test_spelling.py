"""One spelling of an artist and of a label, whichever came first."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetArtist, GetRelease
from apps.core.contract.corrections import MergeArtists, SpellArtist
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id


@pytest.fixture
def artist(ana):
    return lambda release_id: ana.send(GetRelease(release_id)).credits[0].artist_id


class TestSpellArtist:
    @pytest.fixture
    def mara(self, catalogue, artist):
        return artist(catalogue.release("Harbour", artist="mara lind"))

    def test_is_what_they_are_called_from_then_on(self, mara, staff, catalogue, artist, ana, find):
        assert [one.name for one in find("mara lind").artists] == ["mara lind"]
        staff.send(SpellArtist(mara, "Mára Lind"))
        assert [one.name for one in find("mara lind").artists] == ["Mára Lind"]
        later = catalogue.release("Lights", artist="MARA LIND")
        assert artist(later) == mara
        assert ana.send(GetArtist(mara)).name == "Mára Lind"
        assert ana.send(GetRelease(later)).credits[0].name == "MARA LIND"

    def test_is_no_other_name(self, mara, staff, ana):
        with pytest.raises(Invalid):
            staff.send(SpellArtist(mara, "Mara Lynd"))
        assert ana.send(GetArtist(mara)).name == "mara lind"

    def test_is_of_one_who_is_there(self, mara, staff, catalogue, artist):
        other = artist(catalogue.release("Lights", artist="Mara Lynd"))
        staff.send(MergeArtists(mara, other))
        with pytest.raises(Conflict):
            staff.send(SpellArtist(mara, "Mara Lind"))
        with pytest.raises(NotFound):
            staff.send(SpellArtist(new_id(), "Mara Lind"))


class TestALabel:
    @pytest.fixture
    def two(self, catalogue):
        return [catalogue.release(title, label="acme records") for title in ("Harbour", "Lights")]

    def test_is_spelt_as_it_is_corrected_on_every_release(self, two, correct, catalogue, look, ana):
        correct(two[0], label="Acme Records")
        assert catalogue.release("Harbour", label="acme records") == two[0]
        assert [ana.send(GetRelease(one)).label for one in two] == ["Acme Records"] * 2
        assert look(two[0]).corrections == ()

    def test_that_is_known_keeps_its_spelling(self, two, correct, catalogue, look, ana):
        other = catalogue.release("Garden", label="Zed")
        correct(other, label="ACME RECORDS")
        assert [ana.send(GetRelease(one)).label for one in (*two, other)] == ["acme records"] * 3
        assert [(one.value, one.delivered) for one in look(other).corrections] == [("acme records", "Zed")]
