"""The API described as OpenAPI 3.1, made from its routes and Core's contract: what it says is what is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_type_hints

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from apps.api.operations import ATTRIBUTE, Operation
from apps.api.problems import CONTENT_TYPE, HTTP_PROBLEMS, Problem
from apps.api.reading import FORM, JSON
from apps.core.contract.description import ERRORS, describe
from apps.core.contract.errors import CelestaError, Forbidden, Invalid, TooMany, Unauthenticated, Unavailable
from apps.core.contract.ids import Id
from apps.core.contract.oauth import MEANINGS

VERSION = "1"
REFERENCE = "#/components/schemas/{name}"
ANYWHERE: tuple[type[CelestaError], ...] = (Invalid, Unauthenticated, Forbidden, TooMany, Unavailable)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
INTRODUCTION = """Everything an app needs: what there is to hear, playing it, and telling what was heard. JSON throughout.

Apps connect by OAuth 2.1 (`docs/oauth.md` leads from nothing to a playing track). Lists are pages: send what one gave as `next` as the
`cursor` of the following one. A POST with an `Idempotency-Key` may be sent again and is done once. Answers carry entity tags. What is
refused is an RFC 9457 problem whose `type` is stable."""


def description(app: Flask) -> dict[str, Any]:
    """The whole document, for a server mounted at /api."""
    found = sorted(_operations(app), key=lambda one: (one[0].rule, METHODS.index(one[1])))
    shapes = [Problem, Id, *(shape for rule, _, operation in found for shape in _shapes(app, rule, operation))]
    written, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    schemas = {repr(shape): schema for shape, schema in zip(shapes, written, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in found:
        paths.setdefault(_path(rule), {})[method.lower()] = _described(app, rule, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Celesta", "version": VERSION, "description": INTRODUCTION, "license": {"name": "AGPL-3.0-or-later"}},
        "servers": [{"url": "/api"}],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(rule) for rule, _, _ in found)],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _security()},
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if operation is not None:
            for method in sorted((rule.methods or set()) & set(METHODS)):
                yield rule, method, operation


def _shapes(app: Flask, rule: Rule, operation: Operation) -> Iterator[Any]:
    yield from (shape for shape in (operation.result, *operation.otherwise.values(), operation.body) if shape is not None)
    yield from (shape for _, shape, _ in _parameters(app, rule))


def _parameters(app: Flask, rule: Rule) -> Sequence[tuple[str, Any, Any]]:
    """Name, type and default of each query parameter."""
    kind = getattr(app.view_functions[rule.endpoint], "parameters", None)
    if kind is None:
        return ()
    hints = get_type_hints(kind, include_extras=True)
    return [(field.name, hints[field.name], field.default) for field in msgspec.structs.fields(kind)]


def _described(app: Flask, rule: Rule, operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    action = operation.action
    told = describe(action) if action else None
    meaning = operation.meaning or (told.meaning if told else "")
    errors = [ERRORS[name] for name in told.errors] if told else []
    described: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [_tag(rule)],
        "summary": meaning.partition(". ")[0].rstrip(".") + ".",
        "description": meaning,
        "parameters": [*_in_path(rule, schemas), *_in_query(app, rule, schemas), *([KEY] if operation.repeatable else [])],
        "responses": {
            str(operation.status): _answer(operation.result, operation.content_type, schemas),
            **{str(status): _answer(result, JSON, schemas) for status, result in operation.otherwise.items()},
            **_refusals(errors),
        },
        "security": [] if operation.anonymous else [{"oauth": [action.scope.value] if action and action.scope else []}],
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[repr(operation.body)]}}}
    if hasattr(app.view_functions[rule.endpoint], "picture"):
        described["requestBody"] = {"required": True, "content": {FORM: {"schema": UPLOAD}}}
    return described


UPLOAD = {"type": "object", "required": ["picture"], "properties": {"picture": {"type": "string", "format": "binary"}}}
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "With it, the same request sent again gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}  # fmt: skip


def _in_path(rule: Rule, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
        yield {"name": name, "in": "path", "required": True, "schema": schemas[repr(Id)] if converter == "id" else {"type": "string"}}


def _in_query(app: Flask, rule: Rule, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, shape, default in _parameters(app, rule):
        schema = dict(schemas[repr(shape)])
        if default is not None and default is not msgspec.NODEFAULT:
            schema = {"allOf": [schema], "default": default} if "$ref" in schema else {**schema, "default": default}
        yield {"name": name, "in": "query", "required": default is msgspec.NODEFAULT, "schema": schema}


def _answer(result: Any, content_type: str, schemas: dict[str, Any]) -> dict[str, Any]:
    if result is None:
        return {"description": "Done."}
    return {"description": "The answer.", "content": {content_type: {"schema": schemas[repr(result)]}}}


def _refusals(named: Sequence[type[CelestaError]]) -> dict[str, Any]:
    titles: dict[int, list[str]] = {}
    for kind in dict.fromkeys((*named, *ANYWHERE)):
        titles.setdefault(kind.status, []).append(f"{kind.title} (`/problems/{kind.code}`)")
    code, title, _ = HTTP_PROBLEMS[400]
    titles[400] = [f"{title} (`/problems/{code}`)"]
    problem = {CONTENT_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    return {str(status): {"description": "; ".join(told), "content": problem} for status, told in sorted(titles.items())}


def _security() -> dict[str, Any]:
    urls = {"authorizationUrl": "/api/oauth/authorize", "tokenUrl": "/api/oauth/token", "refreshUrl": "/api/oauth/token"}
    scopes = {scope.value: meaning for scope, meaning in MEANINGS.items()}
    flows = {"authorizationCode": {**urls, "scopes": scopes}}
    return {"oauth": {"type": "oauth2", "description": "OAuth 2.1: the authorization code with PKCE (S256).", "flows": flows}}


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _tag(rule: Rule) -> str:
    return rule.endpoint.partition(".")[0]
