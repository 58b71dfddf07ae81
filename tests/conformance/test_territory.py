"""Every implementation of the territory port passes this suite."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import Headers

from ports.environment import BootError
from ports.territory.codes import CODES
from ports.territory.fixed import FixedTerritories
from ports.territory.header import HeaderTerritories
from ports.territory.interface import Territories

HEADER = "CloudFront-Viewer-Country"
ADDRESS = "192.0.2.1"


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return settings | {"TERRITORY_HEADER": HEADER}


@pytest.fixture(params=[FixedTerritories, HeaderTerritories])
def build(request, environment):
    return lambda: request.param.from_env(environment)


class TestTerritories:
    def test_an_unknown_origin_is_in_the_default_territory(self, build, settings):
        settings["TERRITORY_DEFAULT"] = "JP"
        assert build().of({}, ADDRESS) == "JP"

    def test_the_default_is_great_britain(self, build):
        assert build().of({}, ADDRESS) == "GB"

    @pytest.mark.parametrize("value", ["UK", "gb", "XX", "GBR", "Japan"])
    def test_a_default_that_is_no_territory_stops_the_boot(self, build, settings, value):
        settings["TERRITORY_DEFAULT"] = value
        with pytest.raises(BootError, match=f"TERRITORY_DEFAULT={value}"):
            build()

    @pytest.mark.parametrize("told", ["XX", "T1", "XK", "EU", "UK", "", "GBR", "J", "JP, US", "JP\r\nX: y", "\uff2a\uff30", "ß" * 1000])
    def test_what_is_no_territory_is_not_believed(self, build, told):
        assert build().of({HEADER: told}, ADDRESS) == "GB"

    def test_answers_and_is_no_fake(self, build):
        territories: Territories = build()
        territories.ping()
        assert territories.fake is False


class TestHeaderTerritories:
    @pytest.fixture
    def territories(self, environment) -> HeaderTerritories:
        return HeaderTerritories.from_env(environment)

    @pytest.mark.parametrize(("name", "told"), [(HEADER, "JP"), (HEADER.lower(), "JP"), (HEADER.upper(), " jp ")])
    def test_believes_the_header_in_any_case(self, territories, name, told):
        assert territories.of({name: told}, ADDRESS) == "JP"

    def test_reads_a_requests_headers(self, territories):
        assert territories.of(Headers({HEADER: "JP", "X-Country": "US"}), ADDRESS) == "JP"

    def test_believes_no_other_header(self, territories):
        assert territories.of({"X-Country": "JP"}, ADDRESS) == "GB"

    def test_without_the_headers_name_the_boot_stops(self, settings, environment):
        del settings["TERRITORY_HEADER"]
        with pytest.raises(BootError, match="TERRITORY_HEADER"):
            HeaderTerritories.from_env(environment)


class TestFixedTerritories:
    def test_believes_no_header(self, environment):
        assert FixedTerritories.from_env(environment).of({HEADER: "JP"}, ADDRESS) == "GB"


class TestCodes:
    def test_are_the_assigned_ones(self):
        assert len(CODES) == 249
        assert {"GB", "JP", "US", "SS", "AX", "ZW"} <= CODES
        assert CODES.isdisjoint({"UK", "EU", "XK", "AN", "SU", "YU", "ZZ"})
