"""The website: a front end of Core for listeners and staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from apps.core.client.choice import core_client
from apps.core.client.kept import KeptPages
from apps.core.client.people import People
from apps.core.contract.actions import Service
from apps.website import covers, structured, wording
from apps.website.actor import actor, stranger, viewer
from apps.website.addresses import DayConverter, IdConverter, canonical, this_page
from apps.website.assets import set_up_assets
from apps.website.brand import Brand
from apps.website.errors import set_up_errors
from apps.website.headers import set_up_headers
from apps.website.kept_parts import set_up_kept_parts
from apps.website.languages import set_up_languages
from apps.website.login import Accounts, set_up_login
from apps.website.navigation import entries_for, may_open
from apps.website.session import WebSessionInterface
from apps.website.uploads import set_up_uploads
from apps.website.views import (
    account,
    artists,
    charts,
    connect,
    corrections,
    costs,
    deliveries,
    devices,
    editorial,
    entrance,
    genres,
    home,
    installed,
    jobs,
    languages,
    ledger,
    library,
    listening,
    partner,
    pictures,
    plans,
    player,
    playlist_files,
    playlists,
    ports,
    queue,
    releases,
    reports,
    search,
    series,
    service,
    sharing,
    sitemap,
    smart,
    stations,
    styleguide,
    subscription,
    tracks,
)
from ports.clock.interface import Clock
from ports.container import Container
from ports.edge import watch_requests
from ports.environment import Environment
from ports.proxies import trust_proxies
from ports.territory.interface import Territories
from ports.tokens.interface import Tokens
from ports.web_sessions.interface import WebSessions

ROOT = Path(__file__).parents[2]
LARGEST_REQUEST = 1024 * 1024
"""Bytes; the largest honest one is a batch of plays."""
QUIET = frozenset({"static", "service.health"})
"""Endpoints whose requests leave no line in the log."""
VIEWS = (
    *(home, search, releases, tracks, series, artists, genres, charts, stations, library, playlists, playlist_files),
    *(pictures, sharing, smart, listening, queue, entrance),
    *(account, devices, connect, plans, subscription),
    *(
        editorial,
        corrections,
        deliveries,
        jobs,
        ledger,
        reports,
        ports,
        costs,
        partner,
        player,
        service,
        languages,
        sitemap,
        installed,
        styleguide,
    ),
)


def create_website(values: Mapping[str, str], core: Any = None) -> Flask:
    """The website as a WSGI app; `core` is Core's Flask app where this process has one. Raises `BootError`.

    Settings: those of the brand (`brand.Brand`), `LANGUAGES`, `FLOWER_URL`, `MEDIA_ORIGINS` (where covers and audio come from besides this
    site, for browsers), `SECURE_COOKIES` (on in staging and production), `TRUSTED_HOSTS` (names the site answers to, by commas; any where
    there are none) and `TRUSTED_PROXIES` (how many proxies in front of it speak the truth about where a request came from).
    """
    container = Container(values)
    container.require([WebSessions, Tokens, Territories, Clock])
    environment, clock = container.environment, container.get(Clock)
    environment.secret("SESSION_KEY")
    secure = environment.flag("SECURE_COOKIES", default=environment.name in {"staging", "production"})
    app = Flask(__name__, template_folder=ROOT / "templates" / "website", static_folder=None)
    app.extensions["container"] = container
    app.extensions["core_client"] = client = core_client(environment, Service.WEBSITE, core)
    app.extensions["kept_pages"] = KeptPages.from_env(environment, client, clock)
    _configure(app, environment, secure)
    watch_requests(app, "website", environment, quiet=QUIET)
    app.session_interface = WebSessionInterface(container.get(WebSessions), clock, secure)
    set_up_login(app, Accounts(People(client, lambda: clock.now().timestamp()), stranger))
    set_up_uploads(app)
    CSRFProtect(app)
    set_up_headers(app, environment.text("MEDIA_ORIGINS", " ").strip(), secure)
    set_up_assets(app, ROOT / "static", app.config["BRAND"])
    set_up_errors(app)
    set_up_languages(app, environment)
    set_up_kept_parts(app)
    _set_up_templates(app)
    app.url_map.converters.update(id=IdConverter, day=DayConverter)
    for module in VIEWS:
        app.register_blueprint(module.views)
    return app


@dataclass(frozen=True)
class FormKeys:
    """The valid versions of the secret `SESSION_KEY`, which signs what forms carry against forgery; read whenever it signs or checks."""

    environment: Environment

    def __iter__(self) -> Iterator[str]:
        """The one that signs comes last, as itsdangerous wants it."""
        return reversed(self.environment.secret_versions("SESSION_KEY"))


def _configure(app: Flask, environment: Environment, secure: bool) -> None:
    app.config.update(
        BRAND=(brand := Brand.from_env(environment)),
        BRAND_NAME=brand.name,
        FLOWER_URL=environment.optional("FLOWER_URL"),
        SECURE_COOKIES=secure,
        SHOWS_STYLEGUIDE=environment.name in {"development", "test"},
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        TRUSTED_HOSTS=[host.strip() for host in environment.text("TRUSTED_HOSTS", " ").split(",") if host.strip()] or None,
        WTF_CSRF_SECRET_KEY=FormKeys(environment),
        WTF_CSRF_TIME_LIMIT=None,
    )
    trust_proxies(app, environment)


def _set_up_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        clock_time=wording.clock_time,
        rough_length=wording.rough_length,
        full_date=wording.full_date,
        moment=wording.moment,
        calendar_day=wording.calendar_day,
        newest=wording.newest,
        open_it=wording.open_it,
        release_type=wording.release_type,
        rhythm=wording.payment_rhythm,
        station_title=wording.station_title,
        whole_numbers=wording.whole_numbers,
        week=wording.week,
        percentage=wording.percentage,
        territory=wording.territory,
        took=wording.took,
        under_light_words=covers.under_light_words,
    )
    names: dict[str, Any] = app.jinja_env.globals
    names.update(
        actor=actor, brand=app.config["BRAND_NAME"], canonical=canonical, house=app.config["BRAND"], cover_in_size=covers.in_size,
        cover_in_sizes=covers.in_sizes, day_range=wording.day_range, entries_for=entries_for, money=wording.money, motif=covers.motif,
        may_open=may_open, structured=structured, this_page=this_page, viewer=viewer,
    )  # fmt: skip
