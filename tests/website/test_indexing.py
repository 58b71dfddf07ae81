"""What search engines and shared links are told of pages."""

from __future__ import annotations

import json
import re
from html import unescape
from xml.etree import ElementTree

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease, ListSeries
from apps.core.contract.intake import FoundPicture
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, Visibility
from apps.core.meter import Meter
from apps.website.app import create_website
from tests.factories.charts import Charting
from tests.website.visitor import Visitor

HOSTILE = '</script><script>alert("1")</script>&<!--'
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
CHANGED = "{http://www.sitemaps.org/schemas/sitemap/0.9}lastmod"


def metas(page: str) -> dict[str, str]:
    return {name: unescape(content) for name, content in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)}


def canonical(page: str) -> str:
    (address,) = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
    return address


def structured(page: str) -> dict[str, dict]:
    """By kind, what the page's data blocks hold."""
    blocks = [json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)]
    assert all(block["@context"] == "https://schema.org" for block in blocks)
    return {block["@type"]: block for block in blocks}


@pytest.fixture
def release(catalogue, visitor):
    (file,) = catalogue.files("Winter Songs, Vol. 1", ["Dawn"], compilation=True, isrc="GBABC2600001", label="Fern", genre="Folk")
    (release_id,) = catalogue.deliver([msgspec.structs.replace(file, picture=FoundPicture("cover.jpg", 1, 1))])
    catalogue.transcode_all()
    catalogue.cover_all()
    return visitor.send(GetRelease(release_id))


@pytest.fixture
def pages(release, visitor, ana, core_app, catalogue, worker, clock) -> dict[str, str]:
    """Every kind of public page, by what it is."""
    charting = Charting(core_app, catalogue, worker, clock)
    charting.days_pass(1)
    track, other = release.tracks[0], visitor.send(GetRelease(catalogue.release("Green Garden"))).tracks[0]
    charting.publish(track, other)
    playlist = ana.send(CreatePlaylist("Evenings", visibility=Visibility.PUBLIC)).id
    ana.send(AddToPlaylist(playlist, (track.id,)))
    return {
        "home": "/", "releases": "/releases", "allseries": "/series", "charts": "/charts", "plans": "/plans",
        "release": f"/releases/{release.id}", "track": f"/tracks/{track.id}", "artist": f"/artists/{release.credits[0].artist_id}",
        "genres": "/genres",
        "genre": "/genres/folk", "series": f"/series/{visitor.send(ListSeries()).items[0].id}", "chart": "/charts/daily",
        "run": f"/charts/daily/runs/{other.recording_id}", "playlist": f"/playlists/{playlist}",
    }  # fmt: skip


class TestPublicPages:
    def test_have_a_card_and_one_address_each(self, guest, pages):
        descriptions = set()
        for path in pages.values():
            page = guest.get(f"{path}?order=title").text
            told = metas(page)
            assert canonical(page) == told["og:url"] == f"http://localhost{path}", path
            assert told["og:title"]
            assert told["og:image"].startswith("http://localhost/")
            assert "robots" not in told
            descriptions.add(told["description"])
        assert len(descriptions) == len(pages)

    def test_share_their_cover(self, guest, pages, release):
        for name in ("release", "track", "artist", "genre", "series", "chart", "playlist"):
            told = metas(guest.get(pages[name]).text)
            assert told["og:image"] == told["twitter:image"] == f"http://localhost{release.cover.replace('640', '1280')}"
            assert told["twitter:card"] == "summary_large_image"

    def test_say_what_kind_of_thing_they_show(self, guest, pages):
        kinds = {name: metas(guest.get(path).text)["og:type"] for name, path in pages.items()}
        special = {name: kind for name, kind in kinds.items() if kind != "website"}
        assert special == {"release": "music.album", "track": "music.song", "artist": "profile", "playlist": "music.playlist"}

    def test_have_structured_data(self, guest, pages, release):
        track = release.tracks[0]
        album = structured(guest.get(pages["release"]).text)["MusicAlbum"]
        assert (album["name"], album["url"], album["numTracks"]) == (release.title, f"http://localhost{pages['release']}", 1)
        assert album["albumProductionType"].endswith("CompilationAlbum")
        assert album["track"]["itemListElement"][0]["item"]["url"] == f"http://localhost{pages['track']}"
        song = structured(guest.get(pages["track"]).text)["MusicRecording"]
        assert (song["name"], song["duration"], song["isrcCode"]) == (track.title, "PT1M0S", "GBABC2600001")
        assert song["byArtist"][0]["name"] == track.artist
        assert song["inAlbum"]["url"] == album["url"]
        assert structured(guest.get(pages["artist"]).text)["MusicGroup"]["url"] == f"http://localhost{pages['artist']}"
        for name in ("genre", "series"):
            assert structured(guest.get(pages[name]).text)["ItemList"]["itemListElement"][0]["item"]["url"] == album["url"], name
        for name in ("chart", "playlist"):
            listed = structured(guest.get(pages[name]).text)["MusicPlaylist"]
            assert listed["track"]["itemListElement"][0]["item"]["url"] == f"http://localhost{pages['track']}", name
        assert structured(guest.get("/").text)["WebSite"]["potentialAction"]["target"] == "http://localhost/search?q={search_term_string}"

    def test_say_the_way_to_them(self, guest, pages):
        for name, path in pages.items():
            if name != "home":
                steps = structured(guest.get(path).text)["BreadcrumbList"]["itemListElement"]
                assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
                assert steps[0]["item"] == "http://localhost/", name

    def test_have_no_name_that_ends_their_data(self, guest, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release(HOSTILE, artist=HOSTILE, label=HOSTILE, genre=HOSTILE)))
        for path in (f"/releases/{release.id}", f"/tracks/{release.tracks[0].id}", f"/artists/{release.credits[0].artist_id}"):
            page = guest.get(path).text
            assert "<script>alert" not in page
            assert HOSTILE in json.dumps(structured(page)).replace('\\"', '"'), path

    def test_are_told_to_visitors_alone(self, guest, pages):
        guest.register(email="ines@example.com")
        assert "application/ld+json" not in guest.get(pages["release"]).text


class TestOtherPages:
    @pytest.mark.parametrize("path", ["/log-in", "/register", "/search", "/search?q=blue", "/nowhere", "/releases?order=moon"])
    def test_are_kept_out_of_search_engines(self, guest, path):
        assert metas(guest.get(path).text)["robots"] == "noindex"

    def test_playlists_that_are_not_public_are_too(self, guest, ana):
        unlisted = ana.send(CreatePlaylist("Evenings", visibility=Visibility.UNLISTED)).id
        page = guest.get(f"/playlists/{unlisted}").text
        assert metas(page)["robots"] == "noindex"
        assert "canonical" not in page

    def test_and_so_are_later_pages_of_lists(self, guest, catalogue):
        for number in range(49):
            catalogue.release(f"Album {number}", tracks=1)
        (further,) = re.findall(r'href="(/releases\?[^"]*cursor[^"]*)"', guest.get("/releases").text)
        assert metas(guest.get(unescape(further)).text)["robots"] == "noindex"


class TestTheSitemap:
    def test_leads_to_every_public_page(self, guest, pages):
        index = ElementTree.fromstring(guest.get("/sitemap.xml").data)
        listed = {}
        for part in index.iter(LOCATION):
            answer = guest.get(part.text.removeprefix("http://localhost"))
            for url in ElementTree.fromstring(answer.data):
                listed[url.find(LOCATION).text] = url.findtext(CHANGED)
        for name in set(pages) - {"run"}:
            assert f"http://localhost{pages[name]}" in listed
        assert listed[f"http://localhost{pages['release']}"] == "2026-03-02"
        for address in listed:
            assert guest.get(address.removeprefix("http://localhost")).status_code == 200, address

    def test_is_the_visitors_whoever_asks(self, listener, guest, release):
        assert listener.get("/sitemap.xml").data == guest.get("/sitemap.xml").data

    def test_is_not_sent_again_unless_it_has_changed(self, guest, release, catalogue, values, core_app):
        path = f"/sitemap/release/{release.id}.xml"
        first = guest.get(path)
        assert first.headers["Cache-Control"] == "private, max-age=3600"
        assert guest.get(path, If_None_Match=first.headers["ETag"]).status_code == 304
        catalogue.release("Green Garden")
        later = Visitor(create_website(values, core_app).test_client())  # another process, which keeps nothing yet
        assert later.get(path, If_None_Match=first.headers["ETag"]).status_code == 200

    def test_asks_core_for_a_part_once(self, guest, release, core_app):
        costs = core_app.extensions["container"].get(Meter).costs
        for _ in range(3):
            assert guest.get(f"/sitemap/release/{release.id}.xml").status_code == 200
        assert costs["ListSitemapPages"].count == 1

    def test_has_no_parts_but_those_in_its_index(self, guest, release, core_app):
        costs = core_app.extensions["container"].get(Meter).costs
        assert guest.get(f"/sitemap/track/{release.id}.xml").status_code == 404
        assert guest.get(f"/sitemap/release/{'0' * 22}.xml").status_code == 404
        assert "ListSitemapPages" not in costs

    def test_is_named_to_robots(self, guest):
        assert "Sitemap: http://localhost/sitemap.xml" in guest.get("/robots.txt").text
