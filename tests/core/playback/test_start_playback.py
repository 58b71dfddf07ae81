"""Asking to hear a track: what one is given, and why one is refused."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from sqlalchemy import delete
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.actions import Scope, Service
from apps.core.contract.catalogue import GetRelease, TrackSummary
from apps.core.contract.errors import AccountSuspended, Forbidden, Invalid, NotFound, PlaybackRefused, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import FailJob
from apps.core.contract.playback import PREVIEW, EndPlayback, RenewPlayback, StartPlayback
from apps.core.database import db
from apps.core.playback.models import RenditionRow
from apps.core.rights.terms import CommercialModel
from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from ports.storage.interface import Storage
from ports.storage.signing import LinkRefused, verify
from tests.factories.deals import Deals
from wsgi.media import MediaServer


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def unready(catalogue, ana) -> TrackSummary:
    """A track whose audio is not there yet, beside one whose is."""
    (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["Dawn", "Noon"]))
    catalogue.transcode(catalogue.waiting("transcode")[0])
    (track,) = [track for track in ana.send(GetRelease(release_id)).tracks if not track.playable]
    return track


class TestWhatIsGiven:
    def test_names_what_is_played(self, start, ana, tracks, catalogue, clock):
        session = start(ana)
        release = ana.send(GetRelease(session.release_id))
        assert (session.track_id, session.title, session.artist) == (tracks[0].id, "Blue Garden 1", "The Lanterns")
        assert (session.release_title, session.cover) == (release.title, release.cover)
        assert (session.duration_ms, session.renew_every) == (60_000, 30)
        assert session.expires_at == clock.now() + timedelta(seconds=90)
        assert session.urls_expire_at == clock.now() + timedelta(minutes=11)

    def test_holds_every_rendition_lowest_bit_rate_first(self, start, ana):
        files = start(ana).files
        assert [(file.name, file.bit_rate) for file in files] == [
            ("aac-64", 64_000),
            ("aac-128", 128_000),
            ("aac-256", 256_000),
            ("flac", 900_000),
        ]

    def test_has_links_that_are_signed_until_they_end(self, start, ana, values):
        session = start(ana)
        for file in session.files:
            parts = urlsplit(file.url)
            given = parts.query, [values["MEDIA_KEY"]]
            assert int(parse_qs(parts.query)["expires"][0]) == int(session.urls_expire_at.timestamp())
            verify(parts.path, *given, session.urls_expire_at.timestamp())
            with pytest.raises(LinkRefused, match="expired"):
                verify(parts.path, *given, session.urls_expire_at.timestamp() + 1)
            with pytest.raises(LinkRefused, match="wrong"):
                verify(parts.path + "x", *given, session.urls_expire_at.timestamp())

    def test_has_links_that_open_where_the_file_is(self, start, ana, core_app, values, clock, tmp_path):
        environment = Environment(values)
        environment = environment.with_secrets(EnvSecrets(environment))
        browser = Client(DispatcherMiddleware(lambda *_: [], {"/media": MediaServer.from_env(environment, clock)}))
        url = start(ana).files[0].url
        assert browser.get(url).status_code == HTTPStatus.NOT_FOUND
        (tmp_path / "music").write_bytes(b"sound")
        core_app.extensions["container"].get(Storage).put(urlsplit(url).path.removeprefix("/media/"), tmp_path / "music", "audio/mp4")
        clock.advance(660)
        with browser.get(url) as answer:
            assert (answer.status_code, answer.data, answer.content_type) == (HTTPStatus.OK, b"sound", "audio/mp4")
        clock.advance(1)
        assert browser.get(url).status_code == HTTPStatus.FORBIDDEN

    def test_is_a_session_of_its_own_each_time(self, start, ana):
        assert start(ana).id != start(ana).id


class TestARefusal:
    def test_of_a_track_there_is_not(self, ana, tracks):
        with pytest.raises(NotFound) as refusal:
            ana.send(StartPlayback(new_id(), "phone"))
        assert refusal.value.next_step

    def test_of_what_is_not_offered_here(self, ana, start, tracks, catalogue, deals):
        deals.only(ana.send(GetRelease(start(ana).release_id)).id, "JP")
        self._expect(lambda: start(ana), "not_offered", "“Blue Garden 1” is not offered in your country at the moment.")

    def test_of_what_the_plan_does_not_include_and_has_no_preview(self, ana, start, deals, core_app):
        deals.only(start(ana).release_id, model=CommercialModel.SUBSCRIPTION)
        with core_app.app_context():
            db.session.execute(delete(RenditionRow).where(RenditionRow.name == PREVIEW))
            db.session.commit()
        self._expect(lambda: start(ana), "not_on_plan", "Your plan does not include “Blue Garden 1”.")

    def test_of_what_is_still_being_prepared(self, ana, unready):
        self._expect(
            lambda: ana.send(StartPlayback(unready.id, "phone")), "not_ready", f"The audio of “{unready.title}” is still being prepared."
        )

    def test_of_what_could_not_be_prepared(self, ana, unready, catalogue):
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "It holds no sound."))
        why = f"The audio of “{unready.title}” could not be prepared. It holds no sound."
        self._expect(lambda: ana.send(StartPlayback(unready.id, "phone")), "not_ready", why)

    def test_of_a_second_device(self, ana, start):
        start(ana, "phone")
        self._expect(lambda: start(ana, "laptop"), "stream_limit", "Another device is playing on this account.")

    @staticmethod
    def _expect(ask, reason: str, message: str) -> None:
        with pytest.raises(PlaybackRefused) as refusal:
            ask()
        assert (refusal.value.details, refusal.value.message) == ({"reason": reason}, message)
        assert refusal.value.next_step

    def test_leaves_no_trace(self, ana, start, deals):
        running = start(ana)
        deals.none(running.release_id)
        with pytest.raises(PlaybackRefused):
            start(ana)
        ana.send(RenewPlayback(running.id))

    @pytest.mark.parametrize("device", ["", "x" * 65, "my phone", "phone\n", "télé", "a/b"])
    def test_of_a_device_with_no_proper_name(self, ana, start, device):
        with pytest.raises(Invalid):
            start(ana, device)

    def test_of_somebody_without_an_account(self, visitor, start):
        with pytest.raises(Unauthenticated):
            start(visitor)

    def test_of_an_app_that_may_not_play(self, ana, sender, start):
        app = sender(msgspec.structs.replace(ana.actor, service=Service.API, scopes=frozenset({Scope.CATALOGUE}), client="app"))
        with pytest.raises(Forbidden, match="scope playback"):
            start(app)


class TestARepeatedStart:
    def test_with_the_same_key_is_the_same_session_and_its_record_is_kept_with_it(self, ana, tracks):
        """The answer is stored in the transaction of the bare connection that the session was written with."""
        wanted = StartPlayback(tracks[0].id, "phone")
        first, again = ana.send(wanted, "a key"), ana.send(wanted, "a key")
        assert again == first
        assert ana.send(wanted, "another key").id != first.id
        ana.send(wanted)


class TestASuspension:
    def test_acts_at_once_on_starting_and_renewing(self, ana, start, operator):
        session = start(ana)
        operator.send(SuspendAccount("ana@example.com"))
        for refused in (lambda: start(ana), lambda: ana.send(RenewPlayback(session.id)), lambda: ana.send(EndPlayback(session.id))):
            with pytest.raises(AccountSuspended):
                refused()
