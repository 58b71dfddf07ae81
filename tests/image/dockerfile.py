"""The Dockerfile's instructions, and what of the source tree a builder would be sent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.console.checkout import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / ".dockerignore"
NEVER = "**/"
"""Begins what is left out wherever it is found."""


@dataclass(frozen=True)
class Instruction:
    name: str
    words: str


def instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in filter(None, re.sub(r"\\\n\s*", "", lines).splitlines()):
        name, _, words = line.partition(" ")
        yield Instruction(name, words.strip())


def copy_context(target: Path) -> None:
    """Everything that `.dockerignore` lets in, which begins by shutting everything out."""
    target.mkdir()
    first, *rules = [line for line in IGNORED.read_text().splitlines() if line and not line.startswith("#")]
    assert first == "*"
    never = shutil.ignore_patterns(*(rule.removeprefix(NEVER) for rule in rules if rule.startswith(NEVER)))
    for name in (rule.removeprefix("!") for rule in rules if rule.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=never)
        else:
            shutil.copy(ROOT / name, target / name)
