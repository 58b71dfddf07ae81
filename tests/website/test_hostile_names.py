"""Names that would like to be more than names, on every page: nothing of them is ever a tag, an attribute, a script or a formula."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from threading import Thread
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page as BrowserPage
from werkzeug.serving import make_server

from apps.core.contract.accounts import ChangeRoles, RegisterAccount
from apps.core.contract.actions import Actor, Role, Scope, Service
from apps.core.contract.catalogue import GetRelease, ListSeries, ReleaseDetail, TrackSummary
from apps.core.contract.editorial import ListShelves
from apps.core.contract.intake import ListDeliveries
from apps.core.contract.labels import AssignPartner
from apps.core.contract.library import AddFavourite, ArtistSubject, ReleaseSubject, TrackSubject
from apps.core.contract.listening import AppSource, Play, RecordPlays
from apps.core.contract.oauth import RegisterApp
from apps.core.contract.playlists import AddToPlaylist, CreateFolder, CreatePlaylist, DeletePlaylist, Visibility
from apps.core.contract.radio import HideTrack
from apps.core.contract.reporting import RecordStatementFiles, ReportFile, StatementFiles, UsageTotal
from apps.core.contract.sitemap import ListSitemapParts, SitemapPart
from ports.container import Container
from ports.storage.interface import Storage
from tests.factories.charts import Charting
from tests.factories.reporting import FIRST_WEEK
from tests.website.visitor import PASSWORD

NAMES = (
    "<script>boom()</script>",
    '"><img src=x onerror=boom()>',
    "' onmouseover=boom() x='",
    "</script><script>boom()</script><!--",
    "</title></textarea><svg/onload=boom()>",
    "javascript:boom()",
    "{{ 1234567 * 8 }}{% raise %}${1234567*8}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.<b>boom",
    "\N{MUSICAL KEYBOARD}\N{ZERO WIDTH SPACE}",
    '=HYPERLINK("http://boom.example","boom")',
    "@SUM(1+1)*cmd|' /C boom'!A0",
    "W" * 300,
)
ALL = " ".join(NAMES[:8])
"""Of whatever there is but one."""
LABEL = NAMES[3]
SHORT = NAMES[1]
"""Where the house lets names have few letters."""
NAMED = {
    "home.show",
    "search.show",
    "releases.index",
    "releases.show",
    "tracks.show",
    "artists.show",
    "genres.index",
    "genres.show",
    "series.index",
    "series.show",
    "charts.show",
    "charts.run",
    "stations.index",
    "stations.show",
    "stations.hidden",
    "library.show",
    "library.tracks",
    "library.releases",
    "library.artists",
    "listening.recently_played",
    "playlists.index",
    "playlists.show",
    "playlists.edit",
    "playlists.choose_folder",
    "sharing.show",
    "smart.edit",
    "playlist_files.save",
    "editorial.index",
    "editorial.edit",
    "editorial.preview",
    "editorial.compilation",
    "corrections.index",
    "corrections.made",
    "corrections.artist",
    "corrections.release",
    "corrections.track",
    "corrections.tracks",
    "corrections.preview_merge",
    "account.show",
    "queue.show",
    "connect.ask",
    "reports.show",
    "reports.statement",
    "partner.index",
    "partner.show",
    "pictures.show",
    "pictures.show_house",
}
"""Where one has to be seen, lest this test looks at pages without any."""
NOT_PAGES = {
    "static": "files as they lie in the repository",
    "service.favicon": "leads to one of them",
    "service.health": "says ok",
    "entrance.welcome": "is reached by a token alone and names nobody",
    "subscription.ask_to_cancel": "names plans alone, which are settings",
    "subscription.come_back": "leads to another page",
    "subscription.confirm": "leads to another page",
    "sharing.join": "is opened below, as its token is told once",
    "installed.manifest": "names the brand alone, which is a setting",
    "installed.worker": "is a script",
    "player.playlist": "has numbers alone",
    "player.lyrics": "is JSON for a script, which shows it as text",
    "stations.last_batch": "has the rows of the station's page",
    "player.track": "is JSON for a script, with no name in it",
}
"""Endpoints whose answers have no name in them, and why."""


BACK = "https://player.example.com/back"
RULE = {
    "do": "save",
    "title": SHORT,
    "match": "all",
    "order": "title",
    "field-0": "title",
    "test-0": "contains",
    "value-0": SHORT,
    "limit": "9",
}


FILES = {"playlist_files.save", "reports.file", "partner.file", "sitemap.index", "sitemap.fixed", "sitemap.part", "service.robots"}
"""Endpoints whose answers are no pages."""


class Page(HTMLParser):
    """Finds what only a name could have brought in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.block: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [f"{name} of <{tag}>" for name in given if name.startswith("on") or not re.fullmatch(r"[a-z][a-z0-9:-]*", name)]
        self.found += [f"{name}={given[name]}" for name in ("href", "src", "action", "formaction") if _leads_astray(given.get(name, ""))]
        if tag in {"b", "object", "embed", "iframe", "base", "style"} or (tag == "script" and "src" not in given and "type" not in given):
            self.found.append(f"<{tag}>")
        self.block = "" if tag == "script" and given.get("type") == "application/ld+json" else None

    def handle_data(self, data: str) -> None:
        if self.block is not None:
            self.block += data
        elif "9876536" in data:
            self.found.append(f"an expression was run: {data}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.block is not None:
            json.loads(self.block)
        self.block = None

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}")


def _leads_astray(address: str) -> bool:
    return urlsplit(address).scheme not in {"", "http", "https"}


def nothing_of_it(answer) -> list[str]:
    """What in this answer is more than text, by the kind of answer it is."""
    kind = answer.content_type.partition(";")[0]
    if kind == "text/html":
        page = Page()
        page.feed(answer.text)
        page.close()
        return page.found
    if kind == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
        return [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@"}]
    if kind.endswith("xml"):
        return [element.tag for element in ElementTree.fromstring(answer.data).iter() if "boom" in element.tag]
    if kind.endswith("json"):
        return [] if answer.json else ["nothing"]
    return [line for line in answer.text.splitlines() if line.startswith(("<", "javascript:"))]


@pytest.fixture
def boss(visit, visitor, operator, sender, clock):
    """Who may see everything, by a hostile name: their browser, and as whom they act."""
    account = visitor.send(RegisterAccount("boss@example.com", SHORT, PASSWORD))
    operator.send(ChangeRoles("boss@example.com", frozenset(Role)))
    browser = visit()
    browser.log_in(email="boss@example.com")
    return browser, sender(Actor(Service.WEBSITE, account_id=account.id))


@pytest.fixture
def statement(ana, reports, catalogue, operator, boss, values, tmp_path) -> str:
    """The number of a statement of a label with a hostile name, whose file has that name in it."""
    catalogue.deliver(catalogue.files("Plain", ["Plain"], label=LABEL))
    reports.agree(LABEL, 60)
    reports.buy(ana)
    reports.later(2026, 3, 6, 3)
    reports.days_are_exported()
    claim = reports.claim()
    reports.open(claim)
    (order,) = reports.record(claim, UsageTotal(reports.label(LABEL), "GB", 3, 2, 1))
    (tmp_path / "file").write_bytes(b"Label\r\n")
    Container(values).get(Storage).put("statements/a.csv", tmp_path / "file", "text/csv")
    file = ReportFile("a.csv", "statements/a.csv", 7, hashlib.sha256(b"Label\r\n").hexdigest())
    reports.worker.send(RecordStatementFiles(claim.job_id, claim.lease, (StatementFiles(order.number, (file,)),)))
    boss[1].send(AssignPartner("boss@example.com", (reports.label(LABEL),)))
    return order.number


@dataclass(frozen=True)
class World:
    """What has these names."""

    release: ReleaseDetail
    several: tuple[ReleaseDetail, ...]
    folder: str
    playlist: str
    smart: str
    station: str
    client: str
    delivery: str
    shelf: str
    series: tuple[str, ...]
    parts: tuple[SitemapPart, ...]
    statement: str

    @property
    def tracks(self) -> list[TrackSummary]:
        return [track for release in (self.release, *self.several) for track in release.tracks]


@pytest.fixture
def music(statement, catalogue, visitor, core_app, worker, clock) -> tuple[ReleaseDetail, ...]:
    """The first has every kind of name, all others one each; all are in a chart."""
    tags = {"label": LABEL, "genre": ALL, "copyright": ALL, "composer": ALL, "lyrics": ALL}
    made = [_release(catalogue, 99, ALL, tracks=2, **tags)]
    made += [_release(catalogue, number, name, label=name) for number, name in enumerate(NAMES)]
    releases = tuple(visitor.send(GetRelease(one)) for one in made)
    charting = Charting(core_app, catalogue, worker, clock)
    charting.began = str(clock.now().date())
    charting.days_pass(1)
    charting.publish(*(release.tracks[0] for release in releases[:5]))
    return releases


@pytest.fixture
def world(music, statement, visitor, operator, boss, clock) -> World:
    browser, actor = boss
    release, *several = music
    tracks = [track.id for one in music for track in one.tracks]
    for subject in (TrackSubject(tracks[0]), ReleaseSubject(release.id), ArtistSubject(release.credits[0].artist_id)):
        actor.send(AddFavourite(subject))
    actor.send(HideTrack(tracks[1]))
    plays = (Play(f"event-{number:05}", one, clock.now(), 1000, source=AppSource(SHORT)) for number, one in enumerate(tracks))
    actor.send(RecordPlays(tuple(plays)))
    playlist = actor.send(CreatePlaylist(ALL[:200], ALL, Visibility.PUBLIC)).id
    actor.send(AddToPlaylist(playlist, tuple(tracks)))
    actor.send(DeletePlaylist(actor.send(CreatePlaylist(SHORT)).id))
    browser.submit("/queue", "/queue/tracks", playlist=playlist)
    shelf = {"title": SHORT, "kind": "releases", "starts_at": "2026-01-01T00:00", "ends_at": "", "territories": ""}
    browser.submit("/editorial/shelves/new", "/editorial/shelves", **shelf, items=f"/releases/{release.id} | {SHORT}")
    browser.submit(f"/catalogue/releases/{release.id}/tracks/{tracks[0]}", title=f"{ALL} again")
    return World(
        release=release,
        several=tuple(several),
        folder=actor.send(CreateFolder(SHORT)).id,
        playlist=playlist,
        smart=browser.submit("/library/smart", **RULE).location.rpartition("/")[2],
        station=browser.submit(f"/tracks/{tracks[0]}", "/stations", seed=f"track:{tracks[0]}").location.rpartition("/")[2],
        client=operator.send(RegisterApp(SHORT[:40], (BACK,), frozenset({Scope.CATALOGUE}))).client.id,
        delivery=operator.send(ListDeliveries()).items[0].id,
        shelf=operator.send(ListShelves())[0].id,
        series=tuple(one.id for one in visitor.send(ListSeries()).items),
        parts=visitor.send(ListSitemapParts()),
        statement=statement,
    )


@pytest.fixture
def places(world: World) -> dict[str, list[str]]:
    """By endpoint, where to look at them."""
    return {**_of_everybody(world), **_of_a_listener(world), **_of_the_house(world)}


def _of_everybody(world: World) -> dict[str, list[str]]:
    asked = {"client_id": world.client, "redirect_uri": BACK, "scope": "catalogue", "code_challenge": "c" * 43}
    sought = [f"/search?{urlencode({'q': name})}" for name in NAMES]
    return {
        "account.show": ["/account"],
        "devices.show": ["/account/devices"],
        "languages.index": ["/language"],
        "home.show": ["/"],
        "search.show": [*sought, f"/search?{urlencode({'q': 'boom', 'genre': SHORT, 'label': SHORT})}"],
        "releases.index": ["/releases", "/releases?order=title", f"/releases?{urlencode({'order': SHORT})}"],
        "releases.show": [f"/releases/{one.id}" for one in (world.release, *world.several)],
        "tracks.show": [f"/tracks/{one.id}" for one in world.tracks],
        "artists.show": [f"/artists/{credit.artist_id}" for one in (world.release, *world.several) for credit in one.credits],
        "genres.index": ["/genres"],
        "genres.show": [f"/genres/{world.release.genre_slug}", f"/genres/{quote(SHORT, safe='')}", f"/genres/{'W' * 300}"],
        "series.index": ["/series"],
        "series.show": [f"/series/{one}" for one in world.series],
        "charts.index": ["/charts"],
        "charts.show": ["/charts/daily", f"/charts/{quote(SHORT, safe='')}"],
        "charts.run": [f"/charts/daily/runs/{world.tracks[2].recording_id}"],
        "plans.index": ["/plans"],
        "plans.show": ["/plans/monthly", f"/plans/{quote(SHORT, safe='')}"],
        "subscription.show": ["/subscription"],
        "connect.ask": [f"/connect?{urlencode({**asked, 'state': ALL})}"],
        "connect.refused": [f"/connect/refused?{urlencode({'reason': ALL})}"],
        "entrance.log_in": [f"/log-in?{urlencode({'next': ALL})}"],
        "entrance.register": [f"/register?{urlencode({'next': ALL})}"],
        "sitemap.index": ["/sitemap.xml"],
        "sitemap.fixed": ["/sitemap/pages.xml"],
        "sitemap.part": [f"/sitemap/{part.kind}/{part.first}.xml" for part in world.parts],
        "service.robots": ["/robots.txt"],
        "installed.offline": ["/offline"],
        "styleguide.show": ["/styleguide"],
    }


def _of_a_listener(world: World) -> dict[str, list[str]]:
    house = [("release", world.release.id), ("series", world.series[0]), ("playlist", world.playlist)]
    return {
        "stations.index": ["/stations"],
        "stations.hidden": ["/stations/hidden"],
        "stations.show": [f"/stations/{world.station}"],
        "queue.show": ["/queue"],
        "queue.read": ["/player/queue"],
        "queue.tracks": [f"/player/tracks?release={world.release.id}", f"/player/tracks?playlist={world.playlist}"],
        "library.show": ["/library"],
        "library.tracks": ["/library/tracks"],
        "library.releases": ["/library/releases"],
        "library.artists": ["/library/artists"],
        "listening.recently_played": ["/recently-played", f"/recently-played?{urlencode({'text': SHORT})}"],
        "playlists.index": ["/library/playlists", f"/library/folders/{world.folder}"],
        "playlists.show": [f"/playlists/{world.playlist}", f"/playlists/{world.smart}"],
        "playlists.edit": [f"/playlists/{world.playlist}/edit"],
        "playlists.choose_folder": [f"/playlists/{world.playlist}/folder"],
        "playlists.choose": [f"/library/add?track={world.tracks[0].id}", f"/library/add?release={world.release.id}"],
        "sharing.show": [f"/playlists/{world.playlist}/share"],
        "smart.new": ["/library/smart"],
        "smart.edit": [f"/library/smart/{world.smart}"],
        "pictures.show": [f"/playlists/{world.playlist}/picture"],
        "pictures.show_house": [f"/editorial/pictures/{of}/{one}" for of, one in house],
        "playlist_files.new": ["/library/playlists/import"],
        "playlist_files.save": [f"/playlists/{world.playlist}/file.{kind}" for kind in ("m3u8", "xspf", "jspf", "csv")],
    }


def _of_the_house(world: World) -> dict[str, list[str]]:
    one, other = (release.credits[0].artist_id for release in (world.release, world.several[0]))
    return {
        "editorial.index": ["/editorial"],
        "editorial.preview": ["/editorial/preview"],
        "editorial.edit": ["/editorial/shelves/new", f"/editorial/shelves/{world.shelf}"],
        "editorial.compilation": [f"/editorial/compilations/new?playlist={world.playlist}"],
        "corrections.index": [f"/catalogue?{urlencode({'q': 'boom'})}"],
        "corrections.made": ["/catalogue/corrections"],
        "corrections.merged": ["/catalogue/merges"],
        "corrections.artist": [f"/catalogue/artists/{one}"],
        "corrections.preview_merge": [f"/catalogue/artists/{one}/merge/{other}"],
        "corrections.release": [f"/catalogue/releases/{world.release.id}"],
        "corrections.track": [f"/catalogue/releases/{world.release.id}/tracks/{world.tracks[0].id}"],
        "corrections.tracks": [f"/catalogue/releases/{world.release.id}/tracks"],
        "deliveries.index": ["/deliveries"],
        "deliveries.show": [f"/deliveries/{world.delivery}"],
        "jobs.index": ["/jobs"],
        "ledger.show": ["/ledger"],
        "costs.index": ["/costs"],
        "costs.show": ["/costs/GetRelease", f"/costs/{quote(SHORT, safe='')}"],
        "ports.show": ["/staff/ports"],
        "reports.index": ["/reports"],
        "reports.contracts": ["/reports/contracts"],
        "reports.show": [f"/reports/{FIRST_WEEK}"],
        "reports.statement": [f"/reports/statements/{world.statement}"],
        "reports.file": [f"/reports/statements/{world.statement}/a.csv"],
        "partner.index": ["/partner/statements"],
        "partner.show": [f"/partner/statements/{world.statement}"],
        "partner.file": [f"/partner/statements/{world.statement}/a.csv"],
    }


def _release(catalogue, folder: int, name: str, tracks: int = 1, **tags: str) -> str:
    """In a folder with a tame name: what no file may be called is refused long before a page."""
    named = {"artist": name, "album_artist": name, "album": f"{name}, Vol. 1", "compilation": True, **tags}
    files = [catalogue.file(f"{folder}/{number}.flac", title=f"{name} {number}", track=number, **named) for number in range(1, tracks + 1)]
    (release_id,) = catalogue.deliver(files)
    catalogue.transcode_all()
    return release_id


class TestHostileNames:
    def test_are_text_on_every_page_there_is(self, website, boss, guest, places):
        rules = {rule.endpoint for rule in website.url_map.iter_rules() if "GET" in (rule.methods or ())}
        assert rules == set(places) | set(NOT_PAGES), "a page that this test does not look at, or one that is gone"
        seen: dict[str, str] = {}
        for endpoint, paths in places.items():
            for path in paths:
                for who in (boss[0], guest):
                    with who.get(path) as answer:
                        assert answer.status_code < 500, path
                        assert nothing_of_it(answer) == [], path
                        seen[endpoint] = seen.get(endpoint, "") + answer.get_data(as_text=True)
        named = {endpoint for endpoint, text in seen.items() if "boom" in text}
        assert named >= NAMED, "pages that should have shown a name"

    def test_are_text_where_somebody_is_invited(self, boss, ben, places, visit):
        page = boss[0].submit(places["sharing.show"][0], role="editor").text
        (token,) = re.findall(r"/playlists/join/([\w-]+)", page)
        for who in (boss[0], visit()):
            assert nothing_of_it(who.get(f"/playlists/join/{token}")) == []

    def test_that_an_answer_is_searched_for_would_be_found(self):
        for text in (
            "<p><b>x",
            "<img src=x onerror=boom()>",
            "<a href='javascript:boom()'>",
            "<script>boom()</script>",
            "<p title='x'y'z>",
            "<!--x-->",
        ):
            page = Page()
            page.feed(text)
            page.close()
            assert page.found, text


@pytest.mark.browser
class TestInABrowser:
    @pytest.fixture
    def phone(self, chromium, website, boss) -> Iterator[BrowserPage]:
        """A phone in which boss is logged in; `boom` counts how often a name was run."""
        server = make_server("127.0.0.1", 0, website, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.port}"
        context = chromium.new_context(base_url=address, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        context.add_init_script("window.booms = 0; window.boom = () => (window.booms += 1)")
        context.add_cookies([{"name": "session", "value": boss[0].cookie, "url": address}])
        yield context.new_page()
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()

    def test_none_is_run_or_wider_than_a_phone(self, phone, places):
        wide = []
        for path in (path for endpoint, paths in places.items() if endpoint not in FILES for path in paths):
            phone.goto(path)
            phone.wait_for_load_state("load")
            assert phone.evaluate("window.booms") == 0, path
            if phone.evaluate("document.documentElement.scrollWidth") > 390:
                wide.append(path)
        assert wide == []
