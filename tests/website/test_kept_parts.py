"""What pages have in common is written once for everybody: nothing of whoever came first may be in it."""

from __future__ import annotations

import re

TOKEN = r"[\w.-]{50,}"
"""What a form carries against forgery is longer than any word of a page."""


def test_hold_nothing_of_whoever_saw_them_first(visit):
    ana, ben = visit(), visit()
    ana.register(name="Ana Firstcomer", email="ana.firstcomer@example.com")
    first = ana.get("/search?q=whereanawas").text
    tokens = set(re.findall(TOKEN, first))
    account = re.search(r'data-viewer="(\w+)"', first)
    assert account
    assert tokens
    ben.register(name="Ben", email="ben@example.com")
    for other in (ben, visit()):
        for path in ("/", "/search?q=elsewhere"):
            page = other.get(path).text
            for hers in (*tokens, account[1], "Firstcomer", "firstcomer", "whereanawas"):
                assert hers not in page
