"""What every CoreClient promises: the same Actions, results and errors inside the process and over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from flask import Flask

from apps.core.bus import HANDLERS, handles
from apps.core.client.choice import check_core_client, core_client, require_core_elsewhere
from apps.core.client.credential import key_name
from apps.core.client.http import HttpClient
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import CoreClient, Sender
from apps.core.contract.accounts import AccountRegistered, AccountStatus, GetAccount, GetOwnAccount, ListAccounts, RegisterAccount
from apps.core.contract.actions import ANYONE, Actor, Command, Done, Permission, Query, Role, Service
from apps.core.contract.catalogue import GetCatalogueState, ListReleases
from apps.core.contract.codec import ACTIONS, MAXIMUM_BYTES, MAXIMUM_TRIP
from apps.core.contract.errors import (
    CelestaError,
    Defect,
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnknownAction,
)
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import ListJobs, TakeSlot
from apps.core.contract.playback import Audio, StartPlayback
from apps.core.database import close_engines
from ports.environment import BootError, Environment
from ports.secrets.env import EnvSecrets
from tests.serving import serving

REGISTRATION = RegisterAccount("ana@example.com", "Ana", "correct horse battery")
SLOT = datetime(2026, 3, 2, tzinfo=UTC)


def environment_of(values: dict[str, str]) -> Environment:
    return Environment(values, EnvSecrets(Environment(values)))


@contextmanager
def closing_kept_connections(core_app: Flask) -> Iterator[tuple[str, list[str]]]:
    """Core behind a server that promises to keep a connection, and closes it when it is used again; and what it did each time."""
    did: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        used = False

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.used:
                did.append("closed")
                self.close_connection = True
                return
            self.used = True
            did.append("answered")
            answer = core_app.test_client().post(self.path, data=body, headers=list(self.headers.items()))
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.data)))
            if self.close_connection:  # asked for, and answered as gunicorn does
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.data)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", did
        server.shutdown()
        thread.join()


@pytest.fixture(params=["in_process", "http"])
def client_for(request: pytest.FixtureRequest, core_app: Flask, values: dict[str, str]) -> Iterator[Callable[[Service], CoreClient]]:
    """A client of the one kind or the other for each front end."""
    if request.param == "in_process":
        yield lambda service: InProcessClient(core_app, service)
        return
    with serving(core_app) as url:
        told = environment_of({**values, "CORE_URL": url})
        yield lambda service: HttpClient.from_env(told, service)


@pytest.fixture
def sender(client_for: Callable[[Service], CoreClient]) -> Callable[[Actor], Sender]:
    return lambda actor: Sender(client_for(actor.service), actor)


@pytest.fixture
def trial() -> Iterator[Callable[[type[Any], Callable[..., Any]], None]]:
    """Puts a test's own Action on the shelf, with its handler."""
    kinds: list[type[Any]] = []

    def register(kind: type[Any], handler: Callable[..., Any]) -> None:
        handles(kind)(handler)
        ACTIONS[kind.__name__] = kind
        kinds.append(kind)

    yield register
    for kind in kinds:
        del HANDLERS[kind], ACTIONS[kind.__name__]


class Refuse(Command[Done], frozen=True):
    """Refuses with the error of that code."""

    permission: ClassVar[Permission] = ANYONE

    code: str


class Measure(Query[tuple[Audio, str | None]], frozen=True):
    """Gives back what is hard to carry: bytes, numbers with a point, nothing."""

    permission: ClassVar[Permission] = ANYONE


class Mumble(Query[str], frozen=True):
    """Gives a result that is not what it promised."""

    permission: ClassVar[Permission] = ANYONE


AUDIO = Audio(60_000, 44_100, 2, 1024, 512, -14.25, None, bytes(range(256)))


def refuse(action: Refuse) -> Done:
    raise CelestaError.by_code[action.code]("It went wrong: “so”, né?", "Do something else.", {"reason": "trial"})


def measure() -> tuple[Audio, str | None]:
    return AUDIO, None


def mumble() -> str:
    return 7  # pyright: ignore[reportReturnType] - the mistake that is tried


class TestResults:
    def test_of_a_command_and_a_query_are_what_core_gave(self, visitor, sender):
        account = visitor.send(REGISTRATION)
        assert (account.email, account.status, account.roles) == ("ana@example.com", AccountStatus.ACTIVE, frozenset({Role.LISTENER}))
        assert account.created_at.tzinfo is not None
        assert sender(Actor(Service.WEBSITE, account_id=account.id)).send(GetOwnAccount()) == account

    def test_carry_plain_values(self, worker):
        assert [worker.send(TakeSlot("nightly", SLOT)) for _ in range(2)] == [True, False]

    def test_carry_bytes_and_nothing(self, visitor, trial):
        trial(Measure, measure)
        assert visitor.send(Measure()) == (AUDIO, None)

    def test_that_break_the_contract_are_a_defect(self, visitor, trial):
        trial(Mumble, mumble)
        with pytest.raises(Defect):
            visitor.send(Mumble())


class TestSeveralQueries:
    def test_come_back_in_the_order_they_were_sent(self, operator, visitor):
        account = visitor.send(REGISTRATION)
        jobs, accounts, state = operator.send_many(ListJobs(), ListAccounts(), GetCatalogueState())
        assert (jobs.items, accounts.items, state.version) == ((), (account,), 0)

    def test_may_be_none(self, visitor):
        assert visitor.send_many() == ()

    def test_fail_together(self, visitor):
        with pytest.raises(Unauthenticated):
            visitor.send_many(ListReleases(), ListJobs())

    @pytest.mark.parametrize("others", [(GetCatalogueState(),), (REGISTRATION,)], ids=["a query", "another command"])
    def test_do_not_travel_with_commands(self, others, visitor, emitted):
        with pytest.raises(Invalid, match="one Command, or any number of Queries"):
            visitor.send_many(REGISTRATION, *others)
        assert emitted(AccountRegistered) == 0


class TestErrors:
    @pytest.mark.parametrize("code", sorted(CelestaError.by_code))
    def test_are_raised_again_as_they_were(self, code, visitor, trial):
        trial(Refuse, refuse)
        with pytest.raises(CelestaError) as caught:
            visitor.send(Refuse(code))
        error = caught.value
        assert type(error) is CelestaError.by_code[code]
        assert (error.message, error.next_step, error.details) == ("It went wrong: “so”, né?", "Do something else.", {"reason": "trial"})

    def test_an_action_core_does_not_know(self, visitor):
        with pytest.raises(UnknownAction, match="no Action named 'Measure'"):
            visitor.send(Measure())

    def test_a_field_that_is_not_what_it_must_be(self, visitor):
        with pytest.raises(Invalid, match=r"GetAccount cannot be read: .*account_id"):
            visitor.send(GetAccount("not an id"))

    def test_a_field_of_another_type(self, visitor):
        with pytest.raises(Invalid, match=r"size"):
            visitor.send(ListReleases(size="many"))  # pyright: ignore[reportArgumentType] - the mistake that is tried

    @pytest.mark.parametrize("size", [MAXIMUM_BYTES, MAXIMUM_TRIP], ids=["an action", "a trip"])
    def test_more_than_core_takes(self, size, visitor):
        with pytest.raises(TooLarge):
            visitor.send(RegisterAccount("ana@example.com", "A" * size, "correct horse battery"))

    def test_nobody_who_may(self, visitor):
        with pytest.raises(Unauthenticated):
            visitor.send(StartPlayback(new_id(), "browser"))

    def test_somebody_who_may_not(self, ana):
        with pytest.raises(Forbidden):
            ana.send(ListAccounts())

    def test_something_that_is_not_there(self, visitor):
        with pytest.raises(NotFound):
            visitor.send(GetAccount(new_id()))


class TestTheActor:
    def test_belongs_to_the_clients_front_end(self, client_for):
        with pytest.raises(Invalid, match="another front end"):
            client_for(Service.WEBSITE).send(TakeSlot("nightly", SLOT), Actor(Service.TASKS))

    def test_belongs_to_it_for_several_queries_too(self, client_for):
        with pytest.raises(Invalid, match="another front end"):
            client_for(Service.WEBSITE).send_many((ListJobs(), ListAccounts()), Actor(Service.CONSOLE))

    def test_is_checked_like_an_action(self, client_for):
        with pytest.raises(Invalid, match="territory"):
            client_for(Service.WEBSITE).send(ListReleases(), Actor(Service.WEBSITE, territory="Britain"))


class TestIdempotencyKeys:
    def test_get_the_first_answer_again(self, visitor, emitted):
        assert visitor.send(REGISTRATION, "key") == visitor.send(REGISTRATION, "key")
        assert emitted(AccountRegistered) == 1

    def test_belong_to_one_content(self, visitor):
        visitor.send(REGISTRATION, "key")
        with pytest.raises(KeyReused):
            visitor.send(RegisterAccount("ben@example.com", "Ben", "correct horse battery"), "key")


class TestOverHttp:
    def test_several_queries_are_one_trip(self, core_app, values):
        trips: list[str] = []

        def counted(environ: Any, start_response: Any) -> Any:
            trips.append(environ["PATH_INFO"])
            return core_app(environ, start_response)

        with serving(counted) as url:
            client = HttpClient.from_env(environment_of({**values, "CORE_URL": f"{url}/"}), Service.CONSOLE)
            client.send_many((ListJobs(), ListAccounts(), GetCatalogueState()), Actor(Service.CONSOLE))
        assert trips == ["/actions"]

    def test_core_down_is_unavailable(self, values, core_app):
        with serving(core_app) as url:
            pass
        client = HttpClient.from_env(environment_of({**values, "CORE_URL": url}), Service.WEBSITE)
        with pytest.raises(Unavailable):
            client.send(ListReleases(), Actor(Service.WEBSITE))

    def test_a_query_is_asked_again_where_core_closed_its_connection_and_a_command_has_one_of_its_own(self, core_app, values):
        with closing_kept_connections(core_app) as (url, asked):
            client = HttpClient.from_env(environment_of({**values, "CORE_URL": url}), Service.WEBSITE)
            for _ in range(3):
                client.send(ListReleases(), Actor(Service.WEBSITE))
            client.send(REGISTRATION, Actor(Service.WEBSITE))
            client.close()
        assert asked == ["answered", "closed", "answered", "answered", "answered"]

    def test_something_else_that_answers_in_its_place_is_unavailable(self, values):
        def proxy(_environ: Any, start_response: Any) -> list[bytes]:
            start_response("502 Bad Gateway", [("Content-Type", "text/html")])
            return [b"<h1>Bad gateway</h1>"]

        with serving(proxy) as url:
            client = HttpClient.from_env(environment_of({**values, "CORE_URL": url}), Service.WEBSITE)
            with pytest.raises(Unavailable, match="502"):
                client.send(ListReleases(), Actor(Service.WEBSITE))

    def test_another_key_than_cores_is_a_defect_that_names_it(self, values, core_app):
        with serving(core_app) as url:
            told = environment_of({**values, "CORE_URL": url, key_name(Service.WEBSITE): "another-key-altogether"})
            with pytest.raises(Defect, match="credential") as caught:
                HttpClient.from_env(told, Service.WEBSITE).send(ListReleases(), Actor(Service.WEBSITE))
        assert "DOOR_KEY_WEBSITE" in caught.value.next_step


class TestTheChoice:
    def test_is_inside_the_process_where_nothing_else_is_said(self, values, core_app):
        client = core_client(environment_of(values), Service.WEBSITE, core_app)
        assert isinstance(client, InProcessClient)
        assert client.send(ListReleases(), Actor(Service.WEBSITE)).items == ()

    def test_builds_a_core_where_the_process_has_none(self, values):
        client = core_client(environment_of(values), Service.WEBSITE)
        assert isinstance(client, InProcessClient)
        assert client.send(ListReleases(), Actor(Service.WEBSITE)).items == ()
        with client._core.app_context():
            close_engines()

    def test_is_http_where_that_is_said(self, values, core_app):
        with serving(core_app) as url:
            client = core_client(environment_of({**values, "CORE_CLIENT": "http", "CORE_URL": url}), Service.WEBSITE)
            assert isinstance(client, HttpClient)
            assert client.send(ListReleases(), Actor(Service.WEBSITE)).items == ()

    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"CORE_CLIENT": "carrier pigeon"}, "in_process, http"),
            ({"CORE_CLIENT": "http"}, "CORE_URL"),
            ({"CORE_CLIENT": "http", "CORE_URL": "http://core", "DOOR_KEY_WEBSITE": ""}, "DOOR_KEY_WEBSITE"),
        ],
        ids=["unknown", "no address", "no key"],
    )
    def test_that_cannot_work_stops_the_boot(self, settings, named, values):
        environment = environment_of({**values, **settings})
        with pytest.raises(BootError, match=named):
            core_client(environment, Service.WEBSITE)
        with pytest.raises(BootError, match=named):
            check_core_client(environment)

    @pytest.mark.parametrize("settings", [{}, {"CORE_CLIENT": "http", "CORE_URL": "http://core"}])
    def test_that_can_work_passes_the_check(self, settings, values):
        check_core_client(environment_of({**values, **settings}))

    def test_of_a_front_end_by_itself_is_http_and_nothing_else(self, values):
        require_core_elsewhere(environment_of({**values, "CORE_CLIENT": "http"}))
        for settings in ({}, {"CORE_CLIENT": "in_process"}):
            with pytest.raises(BootError, match="CORE_CLIENT=http"):
                require_core_elsewhere(environment_of({**values, **settings}))


class TestClose:
    def test_leaves_the_client_usable(self, client_for):
        client = client_for(Service.WEBSITE)
        for _ in range(2):
            assert client.send(ListReleases(), Actor(Service.WEBSITE)).items == ()
            client.close()
