"""What a request says: its body, its query and its headers, decoded strictly or refused whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from flask import Response, current_app, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from apps.core.contract.actions import Action
from apps.core.contract.errors import Invalid
from apps.core.contract.pictures import LARGEST_UPLOAD, too_large

T = TypeVar("T")
Path = ParamSpec("Path")

JSON = "application/json"
FORM = "multipart/form-data"
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def takes(kind: type[T]) -> Callable[[Callable[Concatenate[T, Path], Response]], Callable[Path, Response]]:
    """Give a view its query parameters as `kind`, before what its address carries; a view without this takes none."""

    def wrap(view: Callable[Concatenate[T, Path], Response]) -> Callable[Path, Response]:
        @wraps(view)
        def read(*arguments: Path.args, **named: Path.kwargs) -> Response:
            return view(_parameters(kind) if request.query_string else kind(), *arguments, **named)

        read.parameters = kind  # pyright: ignore[reportAttributeAccessIssue] - what `refuse_unread` and the description look for
        return read

    return wrap


def takes_picture(view: Callable[Path, Response]) -> Callable[Path, Response]:
    """Let a view read a form with a picture in it, and nothing else."""
    view.picture = True  # pyright: ignore[reportFunctionMemberAccess] - what `refuse_unread` and the description look for
    return view


def refuse_unread(endpoint: str) -> None:
    """Refuse what the view would silently ignore: parameters it does not take, and bodies that it does not read."""
    if request.query_string and not hasattr(current_app.view_functions[endpoint], "parameters"):
        raise BadRequest(f"{request.path} takes no query parameters.")
    if request.mimetype not in {"", FORM if hasattr(current_app.view_functions[endpoint], "picture") else JSON}:
        raise UnsupportedMediaType(f"{request.mimetype[:80]} is not read here.")


def body(kind: type[T], largest: int | None = None) -> T:
    """The JSON body as `kind`; `largest` is how many bytes it may have where that is more than other calls take.

    Raises 415, 413 or 400 for what is not JSON, `Invalid` for JSON of another shape.
    """
    if request.mimetype != JSON:
        raise UnsupportedMediaType("The body must be sent as application/json.")
    if largest is not None:
        request.max_content_length = largest
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"The body does not fit: {error}.", getattr(kind, "hint", Action.hint)) from None
    except RecursionError:
        raise Invalid("The body does not fit: it goes on and on within itself.", getattr(kind, "hint", Action.hint)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from None


def picture() -> bytes:
    """The file in the form's field `picture`. Raises `TooLarge`, and `Invalid` where there is none."""
    if (request.content_length or 0) > LARGEST_UPLOAD:
        raise too_large()
    request.max_content_length = LARGEST_UPLOAD
    file = request.files.get("picture")
    if file is None:
        raise Invalid("There is no picture in the body.", "Send multipart/form-data with the file in its field named picture.")
    return file.read()


def idempotency_key() -> str | None:
    """`Idempotency-Key`: with it, the same request sent again gets the first answer."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise BadRequest("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def _parameters(kind: type[T]) -> T:
    given = dict(request.args.lists())
    for name, values in given.items():
        if len(values) != 1:
            raise BadRequest(f"The query parameter {name[:80]!r} is given {len(values)} times.")
    try:
        return msgspec.convert({name: values[0] for name, values in given.items()}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The query parameters do not fit: {error}.") from None
