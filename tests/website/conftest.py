"""The website over the real Core."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from apps.core.contract.accounts import ChangeRoles
from apps.core.contract.actions import Role
from apps.website.app import create_website
from apps.website.session import WebSessionInterface
from tests.website.visitor import Visitor


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled once for the websites of all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def website(values: dict[str, str], core_app: Flask, templates: FileSystemBytecodeCache) -> Flask:
    website = create_website(values, core_app)
    website.jinja_env.bytecode_cache = templates
    return website


@pytest.fixture
def visit(website: Flask) -> Callable[[], Visitor]:
    """Each call is another browser."""
    return lambda: Visitor(website.test_client())


@pytest.fixture
def guest(visit: Callable[[], Visitor]) -> Visitor:
    """A visitor who is not logged in."""
    return visit()


@pytest.fixture
def listener(visit: Callable[[], Visitor]) -> Visitor:
    """Ana, registered and logged in."""
    someone = visit()
    someone.register()
    return someone


@pytest.fixture
def clerk(visit, operator, clock):
    """Stella, of the staff."""
    someone = visit()
    someone.register(name="Stella", email="stella@example.com")
    operator.send(ChangeRoles("stella@example.com", frozenset({Role.LISTENER, Role.STAFF})))
    clock.advance(5)
    return someone


@pytest.fixture
def store(website: Flask):
    return cast(WebSessionInterface, website.session_interface)._store
