"""Taking one's data away on the account's page."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile


class TestTakingDataAway:
    def test_gives_a_file(self, listener):
        listener.submit("/library/playlists", title="Late")
        answer = listener.submit("/account", "/account/data")
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert answer.headers["Content-Disposition"] == "attachment; filename=data-2026-03-02.zip"
        with ZipFile(BytesIO(answer.data)) as archive:
            assert b"Late" in archive.read("playlists.json")
            assert archive.read("playlists/0001 Late.csv").startswith(b"Track Name,")

    def test_is_refused_as_a_page_where_it_was_done_too_often(self, listener):
        statuses = [listener.submit("/account", "/account/data").status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert "taken away 3 times" in listener.submit("/account", "/account/data").text

    def test_needs_a_log_in(self, guest):
        assert "/log-in" in guest.submit("/log-in", "/account/data").location
