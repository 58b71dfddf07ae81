"""The brand that a visitor sees, all of it by settings: one brand per deployment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from apps.website.colours import BLACK, READABLE, VISIBLE, WHITE, contrast, least_contrast, mixed, moved
from ports.environment import BootError, Environment

HEX = re.compile(r"#[0-9a-fA-F]{6}")
PAPERS, NIGHTS = ("#fbf9f5", "#eae6dd"), ("#14100c", "#2a241e")
"""`--page` and `--pressed` of `tokens.css`, between which all grounds lie, by day and by night."""
INK = "#24180a"
"""`--on-accent` of `tokens.css`."""
PRESSED = 0.1
ICONS = ("192.png", "512.png", "maskable-192.png", "maskable-512.png", "maskable.svg", "apple-180.png")
STAND_INS = frozenset({"mark.svg", *(f"icons/{name}" for name in ICONS)})
"""Files of ours that a brand may have its own of, under the same names."""


@dataclass(frozen=True)
class Brand:
    """Settings: `BRAND_NAME`; `BRAND_ACCENT`, one colour as `#rrggbb`; `BRAND_FOLDER`, with pictures that stand in for ours (`STAND_INS`);
    and what stands below every page: `BRAND_FOOTER`, a text, `BRAND_IMPRINT`, the address of one, and `BRAND_SUPPORT`, an e-mail address.
    """

    name: str
    accent: str | None = None
    folder: Path | None = None
    footer: str | None = None
    imprint: str | None = None
    support: str | None = None

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """Raises `BootError` for what cannot be shown."""
        accent, imprint, support = (environment.optional(name) for name in ("BRAND_ACCENT", "BRAND_IMPRINT", "BRAND_SUPPORT"))
        folder = environment.path("BRAND_FOLDER") if environment.optional("BRAND_FOLDER") else None
        if accent and not HEX.fullmatch(accent):
            raise BootError(f"BRAND_ACCENT={accent} is no colour: set it to one as #rrggbb.")
        if imprint and urlsplit(imprint).scheme not in {"http", "https"}:
            raise BootError(f"BRAND_IMPRINT={imprint} is no address of a page: set it to one that begins with https://.")
        if support and not re.fullmatch(r"[^\s@?&]+@[^\s@?&]+", support):
            raise BootError(f"BRAND_SUPPORT={support} is no e-mail address: set it to one.")
        if folder and not folder.is_dir():
            raise BootError(f"BRAND_FOLDER={folder} is no folder: set it to the one with the brand's pictures.")
        return cls(environment.text("BRAND_NAME", "Celesta"), accent, folder, environment.optional("BRAND_FOOTER"), imprint, support)

    @cached_property
    def pictures(self) -> frozenset[str]:
        """Which of the stand-ins there are."""
        return frozenset(name for name in STAND_INS if self.folder and (self.folder / name).is_file())

    def folder_of(self, filename: str) -> Path | None:
        """Where its own file of that name is, if it has one."""
        return self.folder if filename in self.pictures else None

    @cached_property
    def stylesheet(self) -> str:
        """What it changes of `tokens.css`: the accent, corrected until it is seen, and whatever is read on it or in it can be read."""
        if not self.accent:
            return ""
        day, night = _theme(self.accent, PAPERS, toward=BLACK), _theme(self.accent, NIGHTS, toward=WHITE)
        return f"{day}@media (prefers-color-scheme: dark) {{\n{night}}}\n"

    @cached_property
    def digest(self) -> str:
        """Of all that is kept by browsers."""
        told = hashlib.sha256(f"{self.name}\0{self.stylesheet}\0{self.footer}\0{self.imprint}\0{self.support}".encode())
        for name in sorted(self.pictures):
            told.update(name.encode() + (self.folder / name).read_bytes() if self.folder else b"")
        return told.hexdigest()


def _theme(accent: str, grounds: Sequence[str], toward: str) -> str:
    def is_seen(colour: str) -> bool:
        return least_contrast(colour, grounds) >= VISIBLE and contrast(_words_on(colour), colour) >= READABLE

    ground = moved(accent, toward, is_seen)
    on_accent = _words_on(ground)
    properties = {
        "--accent": ground,
        "--accent-pressed": mixed(ground, WHITE if on_accent == INK else BLACK, PRESSED),
        "--accent-ink": moved(accent, toward, lambda colour: least_contrast(colour, grounds) >= READABLE),
        "--on-accent": on_accent,
    }
    return ":root {\n" + "".join(f"  {name}: {value};\n" for name, value in properties.items()) + "}\n"


def _words_on(colour: str) -> str:
    return max((INK, WHITE), key=lambda words: contrast(words, colour))
