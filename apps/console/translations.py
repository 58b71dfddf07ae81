"""`celesta translations`: the catalogues, brought in step with the texts they translate."""

from __future__ import annotations

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click
from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from apps.console.checkout import ROOT
from apps.core.contract.errors import CelestaError
from apps.website.languages import CATALOGUES

DOMAINS = (
    *("accounts", "billing", "catalogue", "charts", "contract", "corrections", "costs", "editorial", "genres", "intake", "jobs"),
    *("library", "listening", "middleware", "oauth", "offline", "own_data", "pictures", "playback", "playlist_files", "playlists"),
    *("queue", "radio", "reporting", "search", "sharing", "smart"),
)
"""Those of Core whose refusals somebody meets on the website. What apps and operators alone are told is in English."""


def refusals(file: IO[bytes], _keywords: object, _tags: object, options: object) -> Iterator[tuple[int, str, str, list[str]]]:  # noqa: ARG001 - Babel gives every extractor these four
    """What errors say, wherever they are raised with it, and what is marked."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            for argument in node.args[:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.lineno, "_", argument.value, []


def titles(file: IO[bytes], _keywords: object, _tags: object, options: object) -> Iterator[tuple[int, str, str, list[str]]]:  # noqa: ARG001 - Babel gives every extractor these four
    """Of what is data and comes with us, such as plans and charts."""
    for things in tomllib.loads(file.read().decode()).values():
        yield from ((0, "_", thing["title"], []) for thing in things)


REFUSALS, TITLES = f"{__name__}:refusals", f"{__name__}:titles"
WHERE = (
    ("templates/website", "**.html", "jinja2.ext:babel_extract"),
    ("apps/website", "**.py", "python"),
    ("apps/website", "**.py", REFUSALS),
    ("static", "**.js", "javascript"),
    *((f"apps/core/{domain}", "**.py", REFUSALS) for domain in DOMAINS),
    ("apps/core/charts", "charts.toml", TITLES),
    ("apps/core/rights", "plans.toml", TITLES),
)
"""Folders, files within them, and what reads these."""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "marked": None}
TEMPLATES = {"newstyle_gettext": "true", "trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
PARTS = re.compile(r'%\(\w+\)s|%%|%|\{\w+\}|<[^>]*>|"')
NUMBER = "%(num)s"
"""A form for one number may say it in letters."""
SAYING = {kind.__name__ for kind in CelestaError.by_code.values()} | {"marked"}
"""What takes a text, or a text and a next step."""
COMMENT = "Translators:"
HEADER = "# What the website says; docs/translating.md tells how."


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; tell what is missing, out of step or wrong.")
@click.option("--add", metavar="TAG", help="Begin a catalogue for another language, by its BCP 47 tag: fr, pt-BR.")
def translations(check: bool, add: str | None) -> None:
    """Bring the catalogues in step with the texts: new ones come in empty, those that are gone go."""
    if add:
        _begin(add)
    for path in sorted(CATALOGUES.glob("*.po")):
        if not check:
            path.write_bytes(in_step(path))
        found = [*faults(path)] if is_in_step(path) else [f"{path.name} is not in step with the texts: run `./celesta translations`."]
        for fault in found:
            click.echo(fault)
        if check and found:
            sys.exit(1)


def texts() -> Catalog:
    """All there is to translate, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for folder, files, method in WHERE:
        options = {files: TEMPLATES} if files.endswith("html") else {}
        extracted = extract_from_dir(
            ROOT / folder, [(files, method)], options, KEYWORDS, (COMMENT,), strip_comment_tags=True, directory_filter=_is_ours
        )
        for file, _, message, comments, context in extracted:
            found.add(message, locations=[(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    return found


def _is_ours(folder: str) -> bool:
    return Path(folder).name != "vendor"


def in_step(path: Path) -> bytes:
    """The catalogue as it should stand: every text there is, once, and no other."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=Locale.parse(path.stem, sep="-"), ignore_obsolete=True)
    catalogue.update(texts(), no_fuzzy_matching=True, update_creation_date=False)
    written = io.BytesIO()
    write_po(written, catalogue, width=0, include_lineno=False, ignore_obsolete=True, sort_by_file=True)
    return written.getvalue()


def is_in_step(path: Path) -> bool:
    """Does it hold the texts that there are? Its header, which names the tools that wrote it, may differ."""
    there, wanted = (text.partition(b"\n\n")[2] for text in (path.read_bytes(), in_step(path)))
    return there == wanted


def faults(path: Path) -> Iterator[str]:
    """What a reader of the language would meet: texts in English, or without what belongs in them."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=Locale.parse(path.stem, sep="-"), abort_invalid=True)
    for message in filter(lambda message: message.id, catalogue):
        texts, strings = _forms(message.id), _forms(message.string)
        if message.fuzzy or not all(strings):
            yield f"{path.name}: not translated: {texts[0]!r}"
        elif any(_parts(string) - {NUMBER} != _parts(*texts) - {NUMBER} for string in strings):
            yield f"{path.name}: other names in %(…)s, tags or quotation marks than in the text: {texts[0]!r}"


def _forms(text: Any) -> tuple[str, ...]:
    """One, or where there is a plural, each."""
    return text if isinstance(text, tuple) else (text or "",)


def _parts(*texts: str) -> set[str]:
    """What a translation must have, and nothing else of the kind."""
    return {part for text in texts for part in PARTS.findall(text)}


def _begin(tag: str) -> None:
    path = CATALOGUES / f"{tag}.po"
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise click.ClickException(f"{tag!r} is no language that Babel knows: give its BCP 47 tag, such as fr or pt-BR.") from error
    if path.exists():
        raise click.ClickException(f"There is a catalogue for {tag} already: translate what is empty in translations/{path.name}.")
    with path.open("wb") as file:
        write_po(file, Catalog(locale, header_comment=HEADER, project="Celesta", fuzzy=False))
