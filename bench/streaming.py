"""Audio by nginx that checks every link, against nginx that checks nothing; and what 200 slow listeners cost the web processes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apps.console.embedded import free_port
from apps.console.nginx import nginx_command, nginx_folder, write_configuration
from bench.load import HOST, Load
from bench.measure import Target, compare, cpu_seconds, end_cleanly, generate, ratios, running, show
from bench.servers import Running, gunicorn, home
from bench.slow import Listeners, listening
from ports.container import Container
from ports.storage.filesystem import FilesystemStorage

KEY = "audio/bench/aac-256.mp4"
SIZE = 6_500_000
"""Bytes: three and a half minutes at 256 kbit/s."""
SEGMENTS = {"a segment of 6 s at 256 kbit/s": 192_000, "a segment of 6 s at 64 kbit/s": 48_000}
SLOW = 200
SECONDS = 10
RATE = 32_000
"""Bytes a second that a slow listener reads: 256 kbit/s, as fast as it is heard."""
PLAIN = """daemon off; pid plain.pid; worker_processes auto; {user}error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    access_log off; sendfile on; tcp_nopush on; types {{ audio/mp4 mp4; }}
    open_file_cache max=2000 inactive=10s; open_file_cache_valid 1s;
    server {{ listen {host}:{port}; location /media/ {{ alias {storage}/; }} }}
}}
"""


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        link = _stored(environment)
        plain = stack.enter_context(_plain(environment))
        ours = stack.enter_context(_ours(environment))
        _against_plain(link, ours, plain)
        web = stack.enter_context(gunicorn("wsgi.all:application", environment))
        before = stack.enter_context(_ours({**environment, "NGINX_WEBSITE": f"{HOST}:{web.port}", "NGINX_API": f"{HOST}:{web.port}"}))
        _slow_listeners(link, before, web)


def _stored(environment: Mapping[str, str]) -> str:
    storage = FilesystemStorage.from_env(Container(environment).environment)
    with tempfile.NamedTemporaryFile() as source:
        source.write(os.urandom(SIZE))
        source.flush()
        storage.put(KEY, Path(source.name), "audio/mp4")
    return storage.signed_url(KEY, datetime.now(UTC) + timedelta(hours=2))


@contextmanager
def _ours(environment: Mapping[str, str]) -> Generator[Running]:
    """As `celesta nginx` configures it, its log included."""
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        port = free_port()
        told = {**environment, "PORT": str(port), "NGINX_PATH": folder, "NGINX_LOG": f"{folder}/log", "TRUSTED_PROXIES": "1"}
        settings = Container(told).environment
        write_configuration(settings, nginx_folder(settings))
        with running(nginx_command(Path(folder)), {}, port) as process:
            yield Running(port, process)


@contextmanager
def _plain(environment: Mapping[str, str]) -> Generator[Running]:
    """Sends the same files to everybody; what keeps files open for a second is the same, as it would decide the comparison alone."""
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        port, storage = free_port(), Path(environment["CELESTA_HOME"]) / "storage"
        user = f"user {storage.owner()} {storage.group()}; " if os.geteuid() == 0 else ""
        Path(folder, "nginx.conf").write_text(PLAIN.format(host=HOST, port=port, storage=storage, user=user))
        with running(nginx_command(Path(folder)), {}, port) as process:
            yield Running(port, process)


def _against_plain(link: str, ours: Running, plain: Running) -> None:
    asked = {
        "a whole file of 6.5 MB": ({}, 150),
        **{name: ({"Range": f"bytes=960000-{959_999 + size}"}, 6_000) for name, size in SEGMENTS.items()},
    }
    for name, (headers, requests) in asked.items():
        signed, unsigned = (
            Target(name, Load(server.port, path, headers, requests=requests), (server.process,))
            for server, path in ((ours, link), (plain, link.partition("?")[0]))
        )
        compare((signed, unsigned), rounds=5)
        median, lowest, highest = ratios(unsigned, signed)
        show(f"plain / signed CPU, {name}", f"{median:.2f} ({lowest:.2f} to {highest:.2f})", "at least 0.90")


def _slow_listeners(link: str, nginx: Running, web: Running) -> None:
    idle = _cpu_for(web, SECONDS)
    with listening(Listeners(nginx.port, link, SLOW, RATE)):
        meanwhile = _cpu_for(web, SECONDS)
        page = generate(Load(nginx.port, "/log-in", requests=50, connections=1, reconnects=1))
        api = generate(Load(nginx.port, "/api/openapi.json", requests=50, connections=1, reconnects=1))
    show(f"CPU of the web processes in {SECONDS} s, nobody listening", f"{idle * 1000:.0f} ms")
    show(f"the same, {SLOW} slow listeners", f"{meanwhile * 1000:.0f} ms", "no more than idle, give or take 50 ms")
    show("meanwhile: pages refused of 50, median", f"{page.refused}, {page.p50_ms:.0f} ms", "0 refused")
    show("meanwhile: API answers refused of 50, median", f"{api.refused}, {api.p50_ms:.0f} ms", "0 refused")


def _cpu_for(server: Running, seconds: float) -> float:
    before = cpu_seconds((server.process,))
    time.sleep(seconds)
    return cpu_seconds((server.process,)) - before
