"""What pages and templates say that is neither translated nor anybody's own words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser

from jinja2 import Environment, nodes
from sqlalchemy import column, select, table
from sqlalchemy.engine import Connection

from apps.core.contract.codec import ACTIONS

MARKED = re.compile("\u2067\u202e.*?\u202c\u2069", re.DOTALL)
"""By the pseudo-language."""
SILENT = frozenset({"script", "style", "svg", "code", "pre", "kbd", "bdi", "textarea"})
"""What they hold is not ours to translate: names, keys, and what people and machines have written."""
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SPOKEN = ("aria-label", "title", "placeholder", "alt", "aria-valuetext", "hx-confirm")
"""Attributes that are read out or shown."""
LETTER = re.compile(r"[^\W\d_]{2}")
KEYWORD = re.compile(r"[a-z_:.\-]*")
"""In the database, but nobody's words."""
WRITTEN: Mapping[str, Sequence[str]] = {
    "account": ("name", "email"),
    "artist": ("name",),
    "chart_entry": ("title", "artist"),
    "delivered_file": ("path",),
    "delivery": ("source",),
    "device": ("name",),
    "genre": ("name",),
    "history": ("source_name",),
    "label": ("name",),
    "lyrics": ("text",),
    "oauth_client": ("name",),
    "playlist": ("title", "description"),
    "playlist_folder": ("title",),
    "playlist_track": ("note",),
    "recording": ("title", "artist", "genre", "p_line"),
    "recording_credit": ("credited_as",),
    "release": ("title", "artist", "genre", "p_line", "c_line"),
    "release_credit": ("credited_as",),
    "series": ("title",),
    "shelf": ("title",),
    "shelf_item": ("note",),
    "statement": ("label",),
    "track": ("title",),
}
"""Where the database holds what people have called things and said of them. Whatever else it holds, code has written."""
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
NO_WORDS = re.compile(
    rf"\b(?:\d{{1,2}} )?(?:{MONTH})(?: \d{{4}})?\b|\b[A-Z][A-Z0-9]{{1,4}}\b|\b[0-9A-Za-z]{{22}}\b|\b(?:ms|min|s)\b|[A-Z]\w+/[A-Z]\w+|https?://\S+"
)
"""Days as Babel writes them; codes of territories, currencies and kinds of files; ids, units, time zones, addresses."""
EXPRESSION = "\ufffc"
"""Stands in a template's text for what is filled in."""
TRANSLATING = frozenset({"_", "gettext", "ngettext", "pgettext"})
SENTENCE = re.compile(r"[A-Z][a-z]+$|[^<>=]*[A-Za-z]{2} [A-Za-z][^<>=]*$")
"""A word as titles begin, or several."""


class Texts(HTMLParser):
    """All that a page says, text by text, but what is marked as of another language than its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._around: list[tuple[str, bool]] = []
        """Elements, and whether each is silent."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        silent = tag in SILENT or ("lang" in told and tag != "html")
        if not silent and not self._silenced():
            self.found.extend(told[name] or "" for name in SPOKEN if name in told)
            if tag == "meta" and (told.get("name") or told.get("property") or "").endswith(("description", ":title")):
                self.found.append(told["content"] or "")
        if tag not in VOID:
            self._around.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        """The nearest of the kind: a template opens either of two, and closes both."""
        place = next((place for place in reversed(range(len(self._around))) if self._around[place][0] == tag), None)
        if place is not None:
            self._around.pop(place)

    def handle_data(self, data: str) -> None:
        if not self._silenced():
            self.found.append(data)

    def _silenced(self) -> bool:
        return any(silent for _, silent in self._around)


def untranslated(page: str, names: Iterable[str]) -> set[str]:
    """What a page says in the pseudo-language beside what is marked and these names, the longest of which come first."""
    return {left for left in (_left(said, names) for said in _texts(page)) if LETTER.search(left)}


def unmarked(environment: Environment, template: str) -> set[str]:
    """What a template says whatever the language, in whichever of its states."""
    tree = environment.parse(template)
    said = [*_texts("".join(_text(tree))), *_constants(tree)]
    return {words for words in (" ".join(one.replace(EXPRESSION, " ").split()) for one in said) if LETTER.search(words)}


def names_in(connection: Connection) -> Collection[str]:
    """What people have called things and said of them, and what Actions are called, the longest first."""
    found = set(ACTIONS)
    for name, columns in WRITTEN.items():
        for told in columns:
            values = connection.scalars(select(column(told)).select_from(table(name)).distinct())
            found.update(value for value in values if value and not KEYWORD.fullmatch(value))
    return sorted(found, key=lambda name: (-len(name), name))


def _texts(page: str) -> list[str]:
    """A number that is kept beside its word is still the name's."""
    texts = Texts()
    texts.feed(page)
    texts.close()
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts.found]


def _left(said: str, names: Iterable[str]) -> str:
    left = MARKED.sub(" ", said)
    if not LETTER.search(left):
        return ""
    for name in names:
        left = left.replace(name, " ")
    return " ".join(NO_WORDS.sub(" ", left).split())


def _text(node: nodes.Node) -> Iterator[str]:
    """A template's own text, in order."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Expr):
            yield EXPRESSION
        else:
            yield from _text(child)


def _constants(node: nodes.Node) -> Iterator[str]:
    """What is written out as it stands in an expression: `{{ "Nothing" if … }}`."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and SENTENCE.match(node.value):
        yield node.value
    if not (isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATING):
        for child in node.iter_child_nodes():
            yield from _constants(child)
