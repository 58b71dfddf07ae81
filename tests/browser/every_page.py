"""Every page of the website: found as people find them, by following links from the first."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from http.client import BAD_REQUEST
from typing import Literal
from urllib.parse import urlencode, urlsplit

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from apps.console.demo.house import PASSWORD
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import InviteAdministrator, LogIn
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.billing import StartCheckout
from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.oauth import RegisterApp
from apps.core.contract.playlists import AddToPlaylist, CreateFolder, CreatePlaylist
from apps.core.contract.sharing import InviteToPlaylist, SharedRole
from apps.core.contract.smart import CreateSmartPlaylist, ExplicitRule, Match, RuleGroup, SmartRule
from apps.website.addresses import DayConverter, IdConverter
from apps.website.app import VIEWS
from tests.browser.listener import Listener

BACK = "http://127.0.0.1:9/back"

NO_PAGES = frozenset(
    {
        "installed.manifest", "installed.worker", "partner.file", "player.lyrics", "player.playlist", "player.track", "stations.last_batch",
        "playlist_files.save", "queue.read", "queue.tracks", "reports.file", "service.favicon", "service.health",
        "service.robots", "sitemap.fixed", "sitemap.index", "sitemap.part", "subscription.come_back",
    }
)  # fmt: skip
"""Endpoints that answer with files, or send on to another page."""


def website_map() -> MapAdapter:
    """Which endpoint a path of the website belongs to."""
    app = Flask("website", static_folder=None)
    app.url_map.converters.update(id=IdConverter, day=DayConverter)
    for module in VIEWS:
        app.register_blueprint(module.views)
    return app.url_map.bind("website")


def endpoints() -> frozenset[str]:
    """Those of pages."""
    rules = website_map().map.iter_rules()
    return frozenset(rule.endpoint for rule in rules if "GET" in (rule.methods or ())) - NO_PAGES


def furnish(core: Flask) -> Mapping[str, Sequence[str]]:
    """What the month's people have not made, so that no page is left out; returns the addresses that no link leads to, by person."""
    console = Sender(InProcessClient(core, Service.CONSOLE), Actor(Service.CONSOLE))
    ana, stella = (_person(core, name) for name in ("ana", "stella.staff"))
    releases = ana.send(ListReleases()).items
    first, second = (ana.send(GetRelease(one.id)) for one in releases[:2])
    tracks = tuple(track.id for track in (*first.tracks, *second.tracks))
    compilation, _ = (stella.send(AssembleCompilation(f"Night Trains, Vol. {volume}", tracks[volume:])) for volume in (1, 2))
    stella.send(StartCheckout("monthly", BACK, BACK))
    folder = ana.send(CreateFolder("Evenings"))
    playlist = ana.send(CreatePlaylist("Slow ones", "For the last hour."))
    ana.send(CreatePlaylist("Nothing yet", folder_id=folder.id))
    ana.send(AddToPlaylist(playlist.id, tracks))
    smart = ana.send(CreateSmartPlaylist("Fit for everybody", SmartRule(RuleGroup(Match.ALL, (ExplicitRule(is_so=False),)))))
    invited = ana.send(InviteToPlaylist(playlist.id, SharedRole.VIEWER))
    app = console.send(RegisterApp("Pocket player", (BACK,), frozenset({Scope.PLAYBACK}))).client
    asked = urlencode({"client_id": app.id, "redirect_uri": BACK, "scope": "playback", "code_challenge": "c" * 43})
    one, other = first.credits[0].artist_id, second.credits[0].artist_id
    return {
        "": (
            f"/playlists/join/{invited.token}",
            "/connect/refused",
            "/offline",
            "/styleguide",
            f"/welcome/{console.send(InviteAdministrator()).token}",
        ),
        "ana": (f"/library/smart/{smart.id}", f"/connect?{asked}"),
        "stella.staff": (
            f"/catalogue/artists/{one}/merge/{other}",
            f"/editorial/pictures/release/{compilation}",
            "/editorial/preview",
            "/costs/GetHome",
            "/subscription/confirm?checkout=1",
        ),
    }


def _person(core: Flask, name: str) -> Sender:
    website = InProcessClient(core, Service.WEBSITE)
    account = website.send(LogIn(f"{name}@example.com", PASSWORD), Actor(Service.WEBSITE))
    return Sender(website, Actor(Service.WEBSITE, account_id=account.id, roles=account.roles, plan=account.plan))


def walk(read: Callable[[str], str | None], *beginnings: str) -> Mapping[str, str]:
    """The path of one page of each endpoint that links lead to from the first page and these others, by endpoint.

    `read` gives the text of the page at a path, None where there is none.
    """
    website, found, ahead = website_map(), dict[str, str](), deque(("/", *beginnings))
    while ahead:
        path = ahead.popleft()
        try:
            endpoint = website.match(urlsplit(path).path, "GET")[0]
        except HTTPException:
            continue
        if endpoint in found or endpoint in NO_PAGES or (page := read(path)) is None:
            continue
        found[endpoint] = path
        ahead.extend(_links(page))
    return found


def _links(page: str) -> Iterator[str]:
    for address in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page):
        path = unescape(address)
        if path.startswith("/") and not path.startswith("//"):
            yield path


SIZES = (ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900))
"""A phone and a desk."""
OVERFLOWS = "() => document.documentElement.scrollWidth > innerWidth || document.scrollingElement.scrollLeft !== 0"
THEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules of axe that a theme can make a difference to."""


@dataclass
class Reader:
    """Somebody with a browser who looks at every page they can reach; nobody in particular without a name."""

    name: str
    page: Page
    url: str
    beginnings: Sequence[str]

    @cached_property
    def pages(self) -> Mapping[str, str]:
        """Paths by endpoint."""
        return walk(self._read, *self.beginnings)

    def _read(self, path: str) -> str | None:
        answer = self.page.request.get(self.url + path)
        return answer.text() if answer.ok or answer.status == BAD_REQUEST else None

    def look(self, path: str) -> Iterator[tuple[int, str]]:
        """Open the page in every size and, while it is open, show it in every theme; gives its width and theme."""
        for size in SIZES:
            self.page.set_viewport_size(size)
            self.page.goto(self.url + path)
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                yield size["width"], theme

    def too_narrow_for(self, path: str) -> Iterator[int]:
        """The widths at which the page is wider than the window."""
        for size in SIZES:
            self.page.set_viewport_size(size)
            self.page.goto(self.url + path)
            if self.page.evaluate(OVERFLOWS):
                yield size["width"]

    def violations(self, path: str) -> set[str]:
        """What axe finds against the page, and where."""
        found: set[str] = set()
        for width, theme in self.look(path):
            for one in Axe().run(self.page, options=None if theme == THEMES[0] else COLOURS).response["violations"]:
                found.update(f"{one['id']} at {width} px, {theme}: {node['html']}" for node in one["nodes"])
        return found


def reader(browser: Browser, url: str, name: str, beginnings: Sequence[str]) -> Reader:
    page = browser.new_context(reduced_motion="reduce").new_page()
    if name:
        Listener(page, url, "", f"{name}@example.com", PASSWORD).log_in()
    return Reader(name, page, url, beginnings)
