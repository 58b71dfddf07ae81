"""Bringing playlists from files and saving them as files, on the website and without scripts."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import count

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.contract.playlist_files import LARGEST_FILE
from apps.core.search.keeping import SearchIndexes
from tests.factories.shelf import Shelf
from tests.website.visitor import form_token

PAGE = "/library/playlists/import"


@pytest.fixture
def release(core_app, visitor):
    """Found from the first: the index is read."""
    release_id = Shelf(core_app, count()).release("Blue", "The <Lanterns>", tracks=2)
    indexes = core_app.extensions["container"].get(SearchIndexes)
    indexes.prepare()
    indexes.settle()
    return visitor.send(GetRelease(release_id))


@pytest.fixture
def bring(listener, release):
    def bring(content: str | bytes, name: str = "Late night.m3u", **fields: str):
        file = FileStorage(BytesIO(content.encode() if isinstance(content, str) else content), name)
        # Encoded here: the client would leave what is large in a file that nobody closes.
        boundary, body = encode_multipart({"csrf_token": form_token(listener.get(PAGE)), "file": file, **fields})
        return listener.client.post(PAGE, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return bring


TWO = "#EXTM3U\n#EXTINF:1,The Lanterns - The Lanterns 2\nx\n#EXTINF:1,The Lanterns - The Lanterns 1\nx\n"


class TestBringing:
    def test_leads_to_the_playlist_where_all_was_found(self, listener, bring):
        answer = bring(TWO)
        assert answer.status_code == 303
        page = listener.get(answer.location)
        assert "Late night" in page.text
        assert page.text.index("Lanterns&gt; 2") < page.text.index("Lanterns&gt; 1")

    def test_tells_line_by_line_what_was_not_found(self, listener, bring):
        answer = bring(f"{TWO}#EXTINF:1,No<body - Nothing\ny\n")
        assert answer.status_code == 200
        assert "2 tracks of 3 entries are in your new playlist" in answer.text
        line = r'"missed__number">3</span><span><bdi>No&lt;body – Nothing</bdi><br><span class="note">There is nothing by that'  # noqa: RUF001 - a dash
        assert re.search(line, answer.text)
        assert listener.get(re.search(r'href="(/playlists/[^"]+)"', answer.text)[1]).status_code == 200

    def test_of_nothing_that_is_here_makes_nothing(self, listener, bring):
        for content, told in (("#EXTM3U\nNobody - Nothing", "None of its 1 entry is found"), ("#EXTM3U\n", "The file has no entries")):
            answer = bring(content)
            assert (answer.status_code, told in answer.text) == (422, True)
        assert "Late night" not in listener.get("/library/playlists").text

    def test_refuses_what_is_no_playlist_or_no_file_and_says_why(self, listener, bring):
        answer = bring("Dear Ana", "letter.txt")
        assert (answer.status_code, "is not a playlist that can be read" in answer.text) == (422, True)
        answer = listener.submit(PAGE)
        assert (answer.status_code, "Choose a file." in answer.text) == (422, True)

    def test_takes_as_much_as_it_says_and_no_more(self, bring):
        filled = TWO + "#" * (LARGEST_FILE - len(TWO))
        assert bring(filled).status_code == 303
        answer = bring(f"{filled}#")
        assert (answer.status_code, "more than 2 MB" in answer.text) == (413, True)
        assert bring(filled * 2).status_code == 413

    def test_goes_by_the_title_and_into_the_folder_that_are_asked_for(self, listener, bring):
        listener.submit("/library/playlists", "/library/folders", title="Brought")
        folder = re.search(r'href="/library/folders/(\w+)"', listener.get("/library/playlists").text)[1]
        assert f'value="{folder}" selected' in listener.get(f"{PAGE}?folder={folder}").text
        bring(TWO, title="Mornings", folder=folder)
        assert "Mornings" in listener.get(f"/library/folders/{folder}").text

    def test_says_so_where_the_playlist_cannot_be_made(self, bring):
        answer = bring(TWO, folder=new_id())
        assert (answer.status_code, "There is no such folder" in answer.text) == (404, True)

    def test_is_for_who_is_logged_in(self, guest):
        assert "/log-in" in guest.get(PAGE).location
        assert "/log-in" in guest.submit("/log-in", PAGE).location


class TestSaving:
    @pytest.mark.parametrize("kind", ["m3u8", "xspf", "jspf", "csv"])
    def test_gives_a_file_that_leads_back_here(self, listener, bring, release, kind):
        playlist = bring(TWO, title='Late/"night"').location
        assert f"{playlist}/file.{kind}" in listener.get(playlist).text
        file = listener.get(f"{playlist}/file.{kind}")
        assert (
            file.headers["Content-Disposition"] == f"attachment; filename=Late_night.{kind}"
            or "Late__night" in file.headers["Content-Disposition"]
        )
        assert f"http://localhost/tracks/{release.tracks[0].id}" in file.text.replace("\\/", "/")
        assert listener.get(f"/tracks/{release.tracks[0].id}").status_code == 200
        assert bring(file.data, f"again.{kind}").status_code == 303

    def test_of_somebody_elses_private_one_is_not_found(self, bring, guest):
        playlist = bring(TWO).location
        assert guest.get(f"{playlist}/file.csv").status_code == 404
        assert guest.get(f"{playlist}/file.exe").status_code == 404
