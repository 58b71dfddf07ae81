"""The rules of the catalogue, table by table."""

from __future__ import annotations

import pytest

from apps.core.catalogue.rules import is_various, name_key, release_type, series_of
from apps.core.contract.catalogue import ReleaseType

MINUTE = 60_000


class TestNameKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Björk", "BJORK"),
            ("Bjo\u0308rk", "Björk"),
            ("Sigur  Rós ", "sigur ros"),
            ("\uff21\uff22\uff23", "abc"),
            ("Straße", "STRASSE"),
            ("\u0427\u0430\u0439\u0444", "\u0427\u0410\u0419\u0424"),
        ],
    )
    def test_is_one_for_spellings_of_a_name(self, one, other):
        assert name_key(one) == name_key(other)

    @pytest.mark.parametrize(("one", "other"), [("カ", "ガ"), ("เขา", "เข้า"), ("A-ha", "A ha"), ("Bø", "Bo"), ("😀", "😁"), ("قَلَم", "قِلم")])
    def test_is_another_for_another_name(self, one, other):
        assert name_key(one) != name_key(other)

    @pytest.mark.parametrize("name", ["\u0301", " ", "!!!", "\u202e"])
    def test_is_never_empty(self, name):
        assert name_key(name)


class TestReleaseType:
    @pytest.mark.parametrize(
        ("artists", "minutes", "flags", "kind"),
        [
            (1, [3], {}, ReleaseType.SINGLE),
            (1, [3, 3, 9.99], {}, ReleaseType.SINGLE),
            (1, [3, 3, 10], {}, ReleaseType.EP),
            (1, [10, 10, 10], {}, ReleaseType.ALBUM),
            (1, [3, 3, 3, 3], {}, ReleaseType.EP),
            (1, [4.9] * 6, {}, ReleaseType.EP),
            (1, [5] * 6, {}, ReleaseType.ALBUM),
            (1, [2] * 7, {}, ReleaseType.ALBUM),
            (1, [45], {}, ReleaseType.ALBUM),
            (1, [3], {"compilation": True}, ReleaseType.COMPILATION),
            (2, [3] * 12, {"various": True}, ReleaseType.COMPILATION),
            (1, [3] * 12, {"various": True}, ReleaseType.ALBUM),
            (2, [3] * 12, {}, ReleaseType.ALBUM),
        ],
    )
    def test_follows_number_and_length(self, artists, minutes, flags, kind):
        names = {f"Artist {number}" for number in range(artists)}
        assert release_type(names, [int(one * MINUTE) for one in minutes], **{"compilation": False, "various": False, **flags}) is kind


class TestSeriesOf:
    @pytest.mark.parametrize(
        ("title", "found"),
        [
            ("Winter Songs, Vol. 3", ("Winter Songs", 3)),
            ("Winter Songs Volume 12", ("Winter Songs", 12)),
            ("Winter Songs - vol 1", ("Winter Songs", 1)),
            ("Now #45", ("Now", 45)),
            ("Now#45", ("Now", 45)),
            ("Vol. 3", None),
            ("Winter Songs", None),
            ("Winter Songs 3", None),
            ("Revol 3", None),
            ("Winter Songs, Vol. 3 (Deluxe)", None),
        ],
    )
    def test_reads_the_volume_off_the_title(self, title, found):
        assert series_of(title) == found


class TestIsVarious:
    @pytest.mark.parametrize(
        ("name", "various"), [("Various Artists", True), ("VARIOUS", True), ("V.A.", True), ("Varios Artistas", True), ("Vari", False)]
    )
    def test_knows_the_usual_names(self, name, various):
        assert is_various(name) is various
