"""Uploading covers on the website: a form that works without scripts, what it refuses, and what staff take down."""

from __future__ import annotations

import io
import re
from http import HTTPStatus
from itertools import count

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from apps.core.contract.catalogue import GetRelease, ListSeries
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.jobs import FailJob
from apps.core.contract.pictures import LARGEST_UPLOAD, MOST_PICTURE_BYTES, RecordPicture, own_cover
from tests.factories.shelf import Shelf
from tests.website.visitor import form_token

JPEG = b"\xff\xd8\xff" + bytes(100)


def send(who, page, token="", content=JPEG, name="mine.jpg"):
    picture = FileStorage(io.BytesIO(content), name, "picture", "image/jpeg")
    boundary, body = encode_multipart({"csrf_token": token, "picture": picture})
    return who.client.post(page, data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.fixture
def upload(clock):
    """Send the form of that page with this file."""

    def upload(who, page, content=JPEG, name="mine.jpg"):
        clock.advance(6)
        return send(who, page, form_token(who.get(page)), content, name)

    return upload


@pytest.fixture
def make(catalogue, worker):
    def make() -> str:
        (job_id,) = catalogue.waiting("picture")
        claim = catalogue.claim(job_id)
        worker.send(RecordPicture(claim.job_id, claim.lease, own_cover(claim.work.picture_id), "#336699"))
        return f"/media/{own_cover(claim.work.picture_id)}"

    return make


@pytest.fixture
def playlist(listener) -> str:
    """The address of Ana's."""
    return listener.submit("/library/playlists", title="Evenings <&>").location


@pytest.fixture
def compilation(core_app, visitor, operator) -> str:
    """Its id; it is a volume of a series."""
    release = visitor.send(GetRelease(Shelf(core_app, count()).release("Blue Garden", "The Lanterns")))
    return operator.send(AssembleCompilation("Garden Songs, Vol. 1", tuple(track.id for track in release.tracks)))


class TestAListenersCover:
    def test_waits_then_shows_then_goes(self, listener, playlist, upload, make):
        page = f"{playlist}/picture"
        assert f'href="{page}"' in listener.get(playlist).text
        assert "No picture was uploaded" in listener.get(page).text
        answer = upload(listener, page)
        assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, page)
        waiting = listener.get(page).text
        assert "is being prepared" in waiting
        # Scripts ask again and take what has the same id, which nothing else on the page may have.
        taken = re.search(r'hx-select="#(\w+)"', waiting)[1]
        assert waiting.count(f'id="{taken}"') == 1
        folder = make()
        for shown in (page, playlist, "/library/playlists"):
            assert f"{folder}/" in listener.get(shown).text
        assert listener.submit(page, f"{page}/remove").location == page
        assert f"{folder}/" not in listener.get(playlist).text
        assert "No picture was uploaded" in listener.get(page).text

    def test_says_how_its_title_is_written(self, listener, playlist):
        page = listener.get(f"{playlist}/picture").text
        assert "Evenings &lt;&amp;&gt;" in page
        assert "<&>" not in page

    @pytest.mark.parametrize(
        ("content", "status", "words"),
        [
            (b"", 422, "Choose a picture."),
            (b"GIF89a" + bytes(50), 422, "This is no JPEG, PNG or WebP picture."),
            (b"<svg onload=alert(1)>", 422, "Choose a file that is one"),
            (JPEG.ljust(MOST_PICTURE_BYTES + 1, b"\0"), 413, "at most 5 MiB, and this one has more."),
            (JPEG.ljust(LARGEST_UPLOAD + 1, b"\0"), 413, "at most 5 MiB, and this one has more."),
        ],
        ids=["nothing", "gif", "svg", "large", "far too large"],
    )
    def test_that_is_refused_says_why(self, listener, playlist, upload, content, status, words):
        answer = upload(listener, f"{playlist}/picture", content, name="mine.jpg" if content else "")
        assert (answer.status_code, words in answer.text) == (status, True)

    def test_of_the_largest_size_is_taken(self, listener, playlist, upload):
        assert upload(listener, f"{playlist}/picture", JPEG.ljust(MOST_PICTURE_BYTES, b"\0")).status_code == HTTPStatus.SEE_OTHER

    def test_that_could_not_be_used_says_why(self, listener, playlist, upload, catalogue, worker):
        page = f"{playlist}/picture"
        upload(listener, page)
        claim = catalogue.claim(*catalogue.waiting("picture"))
        worker.send(FailJob(claim.job_id, claim.lease, "This <JPEG> file is damaged."))
        assert "This &lt;JPEG&gt; file is damaged." in listener.get(page).text

    def test_is_nobody_else_s_to_change(self, listener, playlist, visit, upload):
        stranger = visit()
        stranger.register(name="Ben", email="ben@example.com")
        assert stranger.get(f"{playlist}/picture").status_code == HTTPStatus.NOT_FOUND
        assert send(stranger, f"{playlist}/picture", stranger.script_token()).status_code == HTTPStatus.NOT_FOUND

    def test_needs_a_token_and_somebody_who_is_logged_in(self, listener, playlist, guest):
        page = f"{playlist}/picture"
        assert send(listener, page).status_code == HTTPStatus.FORBIDDEN
        assert send(guest, page, content=JPEG.ljust(2 << 20, b"\0")).status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def test_is_room_for_no_other_page(self, listener, playlist):
        answer = send(listener, "/library/playlists", listener.script_token(), JPEG.ljust(2 << 20, b"\0"))
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TestWhatStaffCover:
    def test_is_a_compilation_or_its_series(self, clerk, guest, compilation, visitor, upload, make):
        series_id = visitor.send(ListSeries()).items[0].id
        for kind, shown in (("release", f"/releases/{compilation}"), ("series", f"/series/{series_id}")):
            page = re.search(r'href="(/editorial/pictures/[^"]+)"', clerk.get(shown).text)[1]
            assert page == f"/editorial/pictures/{kind}/{shown.rpartition('/')[2]}"
            assert "/editorial/pictures" not in guest.get(shown).text
            assert upload(clerk, page).location == page
            folder = make()
            assert f"{folder}/" in guest.get(shown).text
            assert clerk.submit(page, f"{page}/take-down").location == page
            assert f"{folder}/" not in guest.get(shown).text

    def test_is_refused_on_the_page_where_it_is_none(self, clerk, compilation, upload):
        answer = upload(clerk, f"/editorial/pictures/release/{compilation}", b"GIF89a")
        assert (answer.status_code, "no JPEG, PNG or WebP" in answer.text) == (422, True)

    def test_is_nothing_for_listeners(self, listener, compilation):
        assert listener.get(f"/editorial/pictures/release/{compilation}").status_code == HTTPStatus.FORBIDDEN

    def test_is_taken_down_of_a_listener_s_public_playlist(self, listener, clerk, playlist, upload, make):
        upload(listener, f"{playlist}/picture")
        folder = make()
        assert "/editorial/pictures" not in clerk.get(playlist).text
        listener.submit(f"{playlist}/edit", title="Evenings", description="", visibility="public")
        page = re.search(r'href="(/editorial/pictures/[^"]+)"', clerk.get(playlist).text)[1]
        clerk.submit(page, f"{page}/take-down")
        assert f"{folder}/" not in listener.get(playlist).text
        assert "We took it down" in listener.get(f"{playlist}/picture").text
