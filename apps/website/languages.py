"""The languages that pages speak: which one a visitor reads, and its words.

Texts stand in the code and the templates in British English and are translated where they are shown. `docs/translating.md` says how.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import msgspec
from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request
from flask.wrappers import Response
from markupsafe import Markup

from apps.core.contract.errors import CelestaError
from apps.core.contract.words import Wording
from apps.core.contract.words import marked as marked  # noqa: PLC0414 - whoever translates marks, too
from ports.environment import BootError, Environment

CATALOGUES = Path(__file__).parents[2] / "translations"
SOURCE = "en-GB"
"""What the texts themselves are written in."""
MIRRORED = "ar-XB"
"""A pseudo-language for whoever works on the website: every text marked as such, and read from right to left."""
COOKIE = "language"
FOR_SCRIPTS = "static/"
"""Where texts stand that scripts need in the browser."""
KEPT_AS_IT_IS = re.compile(r"(<code>.*?</code>|%\(\w+\)s|%%|<[^>]*>|&\w+;|\{\w+\})")
WORDS = re.compile(r"\S(?:.*\S)?", re.DOTALL)


@dataclass(frozen=True)
class Language:
    tag: str
    """BCP 47, as `<html lang>` wants it."""
    locale: Locale
    """How its numbers and dates are written."""
    direction: str
    name: str
    """In the language itself."""
    words: NullTranslations
    script_words: Mapping[str, str]
    """What scripts say, by what they say in the source."""


class Mirror(NullTranslations):
    """Texts of the pseudo-language: English between marks that turn it round, so that what is not translated shows at once."""

    def gettext(self, message: str) -> str:
        parts = KEPT_AS_IT_IS.split(message)
        return "".join(part if KEPT_AS_IT_IS.fullmatch(part) else WORDS.sub("\u2067\u202e\\g<0>\u202c\u2069", part) for part in parts)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@cache
def languages() -> Mapping[str, Language]:
    """Every language there is, by its tag; read once in a process."""
    source, known = Locale.parse(SOURCE, sep="-"), {}
    known[SOURCE] = Language(SOURCE, source, source.text_direction, source.language_name or SOURCE, NullTranslations(), {})
    for path in sorted(CATALOGUES.glob("*.po")):
        known[path.stem] = _translated(path)
    mirror, of_scripts = Mirror(), {text for one in known.values() for text in one.script_words}
    known[MIRRORED] = Language(MIRRORED, source, "rtl", "Mirrored", mirror, {text: mirror.gettext(text) for text in of_scripts})
    return known


def _translated(path: Path) -> Language:
    locale = Locale.parse(path.stem, sep="-")
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(
        tag=path.stem,
        locale=locale,
        direction=locale.text_direction,
        name=locale.language_name or path.stem,
        words=Translations(compiled),
        script_words=_script_words(catalogue),
    )


def _script_words(catalogue: Catalog) -> Mapping[str, str]:
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.string and any(file.startswith(FOR_SCRIPTS) for file, _ in message.locations)
    }


def set_up_languages(app: Flask, environment: Environment) -> None:
    """`LANGUAGES`: those the site offers, by commas; the first is for whoever asks for none of them."""
    known = [tag for tag in languages() if tag != MIRRORED]
    asked = [tag.strip() for tag in environment.text("LANGUAGES", ",".join(known)).split(",")]
    unknown = [tag for tag in asked if tag not in languages()]
    if unknown:
        raise BootError(f"LANGUAGES names {unknown[0]!r}, for which there are no words: choose from {', '.join(languages())}.")
    app.config["LANGUAGES"] = tuple(languages()[tag] for tag in asked)
    app.after_request(_declare)
    _set_up_templates(app)


def _set_up_templates(app: Flask) -> None:
    """`{% trans %}` and `_()`; what they show is in the language of whoever sent the request."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.newstyle_gettext = True  # pyright: ignore[reportAttributeAccessIssue] - it is the extension's
    names: dict[str, Any] = app.jinja_env.globals
    names.update(
        _=_safe_gettext, gettext=_safe_gettext, ngettext=_safe_ngettext, pgettext=_safe_pgettext,
        in_digits=in_digits, language=language, said=said, script_words=script_words, told=told, translated=translated,
    )  # fmt: skip


def offered() -> tuple[Language, ...]:
    return current_app.config["LANGUAGES"]


def language() -> Language:
    """What is spoken to whoever sent this request; the source where nobody did."""
    if not has_request_context():
        return languages()[SOURCE]
    if "language" not in g:
        g.language = _chosen(offered())
    return g.language


def _chosen(choice: tuple[Language, ...]) -> Language:
    """The visitor's own choice, else what their browser asks for, else the first."""
    own = [one for one in choice if one.tag == request.cookies.get(COOKIE)]
    wished = (_nearest(tag, choice) for tag, quality in request.accept_languages if quality > 0)
    return next((one for one in (*own, *wished) if one), choice[0])


def _nearest(wish: str, choice: tuple[Language, ...]) -> Language | None:
    """That language, in whatever country: better British English for an American than what comes second to them."""
    alike = [one for one in choice if one.tag != MIRRORED and one.locale.language == wish.partition("-")[0].lower()]
    return next((one for one in alike if one.tag.lower() == wish.lower()), alike[0] if alike else None)


def _declare(response: Response) -> Response:
    """What was said in a language is not for whoever reads another."""
    if "language" in g:
        response.vary.update(["Accept-Language", "Cookie"])
        response.content_language.add(g.language.tag)
    return response


def translated(text: str) -> str:
    """A text that may be one of ours, marked where it was written, or anybody's, with nothing to be filled in."""
    return language().words.gettext(text) if text else ""


def told(error: CelestaError) -> tuple[str, str]:
    """What an error says, and the next step."""
    return _said(error.wording)


def said(wording: Wording) -> str:
    """What Core says of something, and the next step where there is one."""
    return " ".join(filter(None, _said(wording)))


def _said(wording: Wording) -> tuple[str, str]:
    return Wording(translated(wording.message), translated(wording.next_step), wording.values).whole()


def gettext(text: str, /, **values: Any) -> str:
    """The text in the reader's language, with its `%(name)s` filled in; a percent sign is written `%%`."""
    return translated(text) % values


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """Likewise, in the form that goes with the number, which the text may call `%(num)s`."""
    return language().words.ngettext(one, many, number) % {"num": in_digits(number), **values}


def pgettext(context: str, text: str, /, **values: Any) -> str:
    """Likewise, for a word that other languages have several of: the context tells which is meant."""
    return language().words.pgettext(context, text) % values


def in_digits(number: int) -> str:
    """`3,000`."""
    return format_decimal(number, locale=language().locale)


def script_words() -> str:
    """As JSON."""
    return msgspec.json.encode(language().script_words).decode()


def _safe_gettext(text: str, /, **values: Any) -> Markup:
    """For templates: translations may hold tags, as the texts do; values are escaped."""
    return Markup(translated(text)) % values  # noqa: S704 - our own catalogues


def _safe_ngettext(one: str, many: str, number: int, /, **values: Any) -> Markup:
    return Markup(language().words.ngettext(one, many, number)) % {"num": in_digits(number), **values}  # noqa: S704 - likewise


def _safe_pgettext(context: str, text: str, /, **values: Any) -> Markup:
    return Markup(language().words.pgettext(context, text)) % values  # noqa: S704 - likewise
