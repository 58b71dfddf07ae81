"""The Dockerfile as it is written; tests/image follows it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.image.dockerfile import DOCKERFILE, copy_context, instructions

STEPS = list(instructions(DOCKERFILE.read_text()))


def test_every_stage_begins_with_a_base_that_is_pinned_and_can_be_replaced() -> None:
    assert [step.words for step in STEPS if step.name == "ARG"] == ["BASE=debian:12.11-slim"]
    assert [step.words.split()[0] for step in STEPS if step.name == "FROM"] == ["${BASE}", "${BASE}"]


def test_ends_as_a_user_with_a_number() -> None:
    users = [step.words for step in STEPS if step.name == "USER"]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", users[-1])


def test_installs_only_what_is_locked() -> None:
    installs = [line for step in STEPS for line in step.words.split("&&") if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line for line in installs)


def test_copies_named_parts_of_what_a_builder_is_sent(tmp_path: Path) -> None:
    copy_context(tmp_path / "context")
    copied = {source for step in STEPS if step.name == "COPY" and "--from" not in step.words for source in step.words.split()[:-1]}
    assert {path.name for path in (tmp_path / "context").iterdir()} == {source.partition("/")[0] for source in copied}
    assert [path.name for path in (tmp_path / "context" / "deploy").iterdir()] == ["nginx"]
    assert list((tmp_path / "context").rglob("__pycache__")) == []
