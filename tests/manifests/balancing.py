"""What a cluster puts before its pods: a Service, which hands each new connection to a ready pod, and an Ingress, which looks at paths."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from apps.console.embedded import free_port
from tests.manifests.rendering import Manifest
from tests.services import wait_until

HERE = "127.0.0.1"
BLOCK = 1 << 16


class Balancer:
    """Hands each new connection to the next of the ready pods; those that are open stay where they are, as a Service's do."""

    def __init__(self, ready: Callable[[], list[int]]) -> None:
        """`ready` gives the ports of the pods that may be sent something now."""
        self.port = free_port()
        self._ready = ready
        self._turn = 0

    async def serve(self) -> None:
        server = await asyncio.start_server(self._connect, HERE, self.port)
        async with server:
            await server.serve_forever()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports = self._ready()
        self._turn += 1
        try:
            if not ports:
                return
            inside, outside = await asyncio.open_connection(HERE, ports[self._turn % len(ports)])
            await asyncio.gather(_copy(reader, outside), _copy(inside, writer))
        except OSError:
            return
        finally:
            writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other is told."""
    try:
        while block := await source.read(BLOCK):
            target.write(block)
            await target.drain()
    except OSError:
        pass
    finally:
        with suppress(OSError, RuntimeError):
            target.close()


@contextmanager
def balancing(balancers: Iterable[Balancer]) -> Generator[None]:
    loop = asyncio.new_event_loop()

    async def serve_all() -> None:
        await asyncio.gather(*(balancer.serve() for balancer in balancers))

    task = loop.create_task(serve_all())
    thread = Thread(target=_run, args=(loop, task))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    asyncio.set_event_loop(loop)
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)
    for left in asyncio.all_tasks(loop):
        left.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@contextmanager
def edge(folder: Path, ingress: Manifest, services: Mapping[str, int], port: int) -> Generator[None]:
    """nginx on that port with the Ingress's rules, before the Services' ports."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program, "nginx is not installed: sudo apt-get install nginx"
    rules = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    places = {path["path"]: services[path["backend"]["service"]["name"]] for path in rules}
    (folder / "nginx").mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(_configuration(folder, port, places))
    process = subprocess.Popen([program, "-e", str(folder / "nginx.log"), "-c", str(configuration)], stdin=subprocess.DEVNULL)
    try:
        wait_until((folder / "nginx" / "pid").exists)
        yield
    finally:
        process.terminate()
        process.wait()


def _configuration(folder: Path, port: int, places: Mapping[str, int]) -> str:
    locations = "".join(
        f"location {match} {{ proxy_pass http://{HERE}:{target}; }}\n"
        for path, target in places.items()
        for match in ({f"= {path}", f"{path}/"} if path != "/" else {"/"})
    )
    kept = "".join(f"{kind}_temp_path {folder}/nginx/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
daemon off;
master_process off;
pid {folder}/nginx/pid;
events {{}}
http {{
access_log off;
{kept}
server {{
listen {HERE}:{port};
proxy_http_version 1.1;
proxy_set_header Host $http_host;
proxy_set_header Connection "";
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
{locations}}}
}}
"""
