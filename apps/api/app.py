"""The JSON API: one more front end of Core, for apps. It knows bearer tokens and nothing of cookies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from flask import Flask, Response, g, request
from werkzeug.routing import BaseConverter

from apps.api.context import EXTENSION, Services, services
from apps.api.limits import RateLimit
from apps.api.oauth.credentials import Credentials
from apps.api.oauth.server import set_up_oauth
from apps.api.problems import register_problems
from apps.api.reading import refuse_unread
from apps.api.tokens import Bearer, Bearers
from apps.api.views import (
    account,
    billing,
    catalogue,
    charts,
    documents,
    health,
    hooks,
    library,
    listening,
    oauth,
    offline,
    pictures,
    playback,
    playlist_files,
    playlists,
    queue,
    radio,
    search,
    sharing,
    smart,
    tokens,
)
from apps.core.client.choice import core_client
from apps.core.client.kept import KeptPages
from apps.core.client.people import People
from apps.core.contract.actions import Actor, Service
from apps.core.contract.errors import Unauthenticated
from apps.core.contract.ids import FORM
from ports.clock.interface import Clock
from ports.container import Container
from ports.edge import watch_requests
from ports.proxies import trust_proxies
from ports.settings import API_REQUESTS_PER_SECOND, TOKEN_DAYS
from ports.territory.interface import Territories
from ports.tokens.interface import Tokens

TEMPLATES = Path(__file__).parents[2] / "templates" / "api"
LARGEST_BODY = 256 * 1024
DAY = 24 * 60 * 60
READING = frozenset({"GET", "HEAD"})
"""What may go by what was so five seconds ago."""
HEALTH = "health.healthz"
DOCUMENTS = documents.views.name
LOG_IN = "tokens.create_token"
HOOKS = hooks.views.name
"""What proves itself by a signature."""
OAUTH = oauth.views.name
"""Its endpoints read forms, find out by themselves who asks, and refuse in OAuth's own words."""
TOPICS = (
    *(tokens.views, account.views, billing.views, catalogue.views, charts.views, playback.views, listening.views, offline.views),
    *(
        radio.views,
        library.views,
        playlists.views,
        playlist_files.views,
        pictures.views,
        queue.views,
        search.views,
        sharing.views,
        smart.views,
    ),
)


class IdConverter(BaseConverter):
    """`<id:name>`: what has not the form of an id is not found."""

    regex = FORM


def create_api(values: Mapping[str, str], core: Flask | None = None) -> Flask:
    """The API for this environment; `core` is Core's app where the process has one. Raises `BootError`.

    Settings: `API_REQUESTS_PER_SECOND`, `TOKEN_DAYS`, `KEEP_PAGES`, `TRUSTED_PROXIES`.
    """
    app = Flask(__name__, static_folder=None, template_folder=TEMPLATES)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.converters["id"] = IdConverter
    container = Container(values)
    app.extensions[EXTENSION] = _services(container, core)
    trust_proxies(app, container.environment)
    watch_requests(app, "api", container.environment, quiet={HEALTH})
    app.before_request(admit)
    app.after_request(seal)
    register_problems(app)
    set_up_oauth(app)
    app.register_blueprint(health.views)
    app.register_blueprint(documents.views)
    app.register_blueprint(oauth.views)
    app.register_blueprint(hooks.views)
    for topic in TOPICS:
        app.register_blueprint(topic, url_prefix="/v1")
    return app


def _services(container: Container, core: Flask | None) -> Services:
    environment = container.environment
    client = core_client(environment, Service.API, core)
    clock, store, people = container.get(Clock), container.get(Tokens), People(client)
    return Services(
        core=client,
        pages=KeptPages.from_env(environment, client, clock),
        tokens=store,
        credentials=Credentials(store),
        people=people,
        bearers=Bearers(store, people),
        limit=RateLimit(API_REQUESTS_PER_SECOND.read(environment)),
        territories=container.get(Territories),
        clock=clock,
        token_lifetime=TOKEN_DAYS.read(environment) * DAY,
    )


def admit() -> None:
    """Find out who asks, and count it; what is not found is told so without asking who."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == HEALTH or request.blueprint == DOCUMENTS:
        return
    here = services()
    if request.blueprint == OAUTH:
        here.limit.count(request.remote_addr or "")
        return
    address = request.remote_addr or ""
    territory = here.territories.of(cast(Mapping[str, str], request.headers), address)
    g.actor = Actor(service=Service.API, territory=territory, address=address, request_id=g.request_id)
    if request.blueprint == HOOKS:
        return
    refuse_unread(endpoint)
    if endpoint == LOG_IN:
        here.limit.count(address)
        return
    bearer = _bearer(here, address)
    g.bearer = bearer
    g.actor = Actor(
        Service.API, territory, bearer.account_id, bearer.roles, bearer.plan, bearer.scopes, bearer.client, address, g.request_id
    )


def _bearer(here: Services, address: str) -> Bearer:
    """A caller is an account; guessed tokens are counted by the address they come from."""
    try:
        bearer = here.bearers.resolve(request.headers.get("Authorization"), at_once=request.method not in READING)
    except Unauthenticated:
        here.limit.count(address)
        raise
    here.limit.count(bearer.account_id)
    return bearer


def seal(answer: Response) -> Response:
    """Headers that every answer carries."""
    headers = answer.headers
    for name, value in SECURITY_HEADERS:
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    return answer


SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
)
