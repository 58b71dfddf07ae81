"""`celesta nginx`: nginx in front of what is stored, and of website and API where it is told where they are."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click
from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined

from apps.console.checkout import ROOT
from apps.core.contract.pictures import LARGEST_UPLOAD, MOST_PICTURE_BYTES
from apps.core.contract.playlist_files import LARGEST_FILE
from ports.container import Container
from ports.environment import BootError, Environment
from ports.registry import port_of
from ports.settings import PORT, TRUSTED_PROXIES
from ports.storage.interface import Storage
from ports.storage.keys import KEY, LONGEST, PUBLIC
from ports.storage.sending import BYTES, CONTENT_TYPES, HEADERS, PUBLIC_HEADERS
from ports.storage.signing import key_id

TEMPLATES = ROOT / "deploy" / "nginx"
UNQUOTABLE = re.compile(r'["\\$\x00-\x1f\x7f]')
STRIPPED = (
    *("Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Protocol", "X-Forwarded-Ssl"),
    *("X-Original-URL", "X-Rewrite-URL", "X-Script-Name", "Script-Name", "Path-Info", "Proxy"),
)


@click.command()
@click.option("--reload", is_flag=True, help="Have the running one take the settings and secrets as they are now; no connection is cut.")
def nginx(reload: bool) -> None:
    """Become nginx, configured by the environment: docs/streaming.md has the settings."""
    environment = Container(os.environ).environment
    folder = nginx_folder(environment)
    write_configuration(environment, folder)
    if reload:
        _reload(folder)
    else:
        _become_nginx(folder)


def nginx_folder(environment: Environment) -> Path:
    """`NGINX_PATH` (default `nginx` below `CELESTA_HOME`): the one place it writes to, which may be a tmpfs."""
    return environment.path("NGINX_PATH", environment.home / "nginx")


def nginx_program() -> str | None:
    """On the path, or where Debian keeps it for root alone."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def nginx_command(folder: Path) -> tuple[str, ...]:
    """What runs nginx on the configuration in this folder; raises `BootError` where it is not installed."""
    found = nginx_program()
    if found is None:
        raise BootError("nginx is not installed: sudo apt-get install nginx.")
    return found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"


def write_configuration(environment: Environment, folder: Path) -> None:
    """Write `nginx.conf` there, whole, for our eyes only: it holds the secret."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = configuration(environment, _user(environment, folder))
    new = folder / "nginx.conf.new"
    new.unlink(missing_ok=True)
    with open(new, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(text)
    new.replace(folder / "nginx.conf")


def configuration(environment: Environment, user: str | None = None) -> str:
    """What nginx is told; raises `BootError` for settings that it cannot be told.

    `user` is whom its workers become, where root starts it.
    """
    website, api = environment.optional("NGINX_WEBSITE"), environment.optional("NGINX_API")
    if (website is None) != (api is None):
        raise BootError("NGINX_WEBSITE and NGINX_API go together: set both to host:port, or neither to serve nothing but what is stored.")
    media = port_of(Storage).chosen(environment) == "filesystem"
    if not media and website is None:
        raise BootError("Nothing is left for nginx: links lead to S3. Set NGINX_WEBSITE and NGINX_API to have it stand before them.")
    host = environment.text("CELESTA_HOST", "127.0.0.1")
    values = {
        "listen": quoted("CELESTA_HOST", f"{f'[{host}]' if ':' in host else host}:{PORT.read(environment)}"),
        "user": user, "media": media, "website": website,
        **(_media(environment) if media else {}), **(_proxy(environment, website, api) if website and api else {}),
    }  # fmt: skip
    templates = Templates(  # noqa: S701 - this is not HTML: nginx's own quoting is done by `quoted`
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return templates.get_template("nginx.conf.jinja").render(values)


def quoted(name: str, value: str) -> str:
    """A value as nginx reads it; raises `BootError` naming its setting, never showing it, where nginx would read something else."""
    if UNQUOTABLE.search(value):
        raise BootError(f'{name} has a character that nginx cannot be told (" $ \\ or a control character): choose a value without.')
    return f'"{value}"'


def _user(environment: Environment, folder: Path) -> str | None:
    """Whom its workers become where it is started by root: the owner of what is stored, to whom its own folder is given."""
    if os.geteuid() != 0:
        return None
    owned = next(path for path in (_storage(environment), folder) if path.exists())
    shutil.chown(folder, owned.owner(), owned.group())
    return f"{owned.owner()} {owned.group()}"


def _storage(environment: Environment) -> Path:
    return environment.path("STORAGE_PATH", environment.home / "storage")


def _media(environment: Environment) -> dict[str, Any]:
    keys = environment.secret_versions("MEDIA_KEY")
    place = re.escape(urlsplit(environment.text("MEDIA_URL", "/media")).path.rstrip("/"))
    return {
        "keys": [(key_id(key), quoted("The secret MEDIA_KEY", key)) for key in keys],
        "nobodys_key": quoted("", secrets.token_urlsafe(32)),
        "media_place": f'"^{place}(/|$)"',
        "public_pattern": f'"^{place}/(?<public_object>(?=.{{1,{LONGEST}}}$){re.escape(PUBLIC)}{KEY.pattern})$"',
        "public_headers": PUBLIC_HEADERS,
        "media_pattern": f'"^{place}/(?<media_object>(?=.{{1,{LONGEST}}}$){KEY.pattern})$"',
        "storage": quoted("STORAGE_PATH", str(_storage(environment))),
        "log": quoted("NGINX_LOG", environment.text("NGINX_LOG", "/dev/stdout")),
        "content_types": CONTENT_TYPES,
        "bytes": BYTES,
        "headers": HEADERS,
    }


def _proxy(environment: Environment, website: str, api: str) -> dict[str, Any]:
    proxies = TRUSTED_PROXIES.read(environment)
    if proxies == 0:
        raise BootError("TRUSTED_PROXIES does not count nginx: set it to 1 for all three, or more where others stand in front.")
    territory = environment.optional("TERRITORY_HEADER")
    stripped = [*STRIPPED, *([quoted("TERRITORY_HEADER", territory)] if territory and proxies == 1 else [])]
    return {
        "largest_upload": 2 * LARGEST_UPLOAD, "largest_picture": MOST_PICTURE_BYTES >> 20, "largest_file": 2 * LARGEST_FILE,
        "website": quoted("NGINX_WEBSITE", website), "api": quoted("NGINX_API", api), "believe_edge": proxies > 1, "stripped": stripped,
    }  # fmt: skip


def _reload(folder: Path) -> None:
    with suppress(OSError, ValueError):
        os.kill(int((folder / "nginx.pid").read_text()), signal.SIGHUP)
        return
    raise BootError(f"No nginx runs from {folder}: start it with celesta nginx, or set NGINX_PATH to where it runs.")


def _become_nginx(folder: Path) -> NoReturn:
    command = nginx_command(folder)
    # It needs nothing of the environment, which may hold secrets.
    os.execve(command[0], command, {})  # noqa: S606 - no shell is wanted
