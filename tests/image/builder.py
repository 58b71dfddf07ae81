"""Follows the Dockerfile without an image builder: each stage is a folder with a fresh Debian, where root's own tools do what is asked.

All mounts are in a namespace of their own, which is gone with the process that holds it.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from tests.image.dockerfile import DOCKERFILE, Instruction, copy_context, instructions

SUITE = {"debian:12": "bookworm"}
"""What stands in for which base image: the same distribution, from its packages."""
THROUGH = re.compile(r"(?i)(PIP_.*|.*_proxy)")
"""Of this machine's environment a build gets what says where packages come from."""
CERTIFICATES = "/run/trusted.crt"
"""What this machine trusts, where it has its own opinion."""
CACHE = Path.home() / ".cache" / "pip"
SHARED = "/run/cache"
"""What pip has fetched before on this machine need not be fetched again."""
BARE = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Namespace:
    """A mount namespace with an empty folder in memory; only root makes one."""

    holder: subprocess.Popen[bytes]
    folder: Path

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False, env=env)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def inside(self, *command: str) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--", *command]


@contextmanager
def namespace(folder: Path) -> Generator[Namespace]:
    assert os.getuid() == 0, "Only root can follow a Dockerfile without an image builder: sudo ./celesta test --image"
    hold = ["unshare", "--mount", "sh", "-c", "echo; exec cat"]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            made = Namespace(holder, folder)
            made.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(folder))
            yield made
        finally:
            holder.kill()


@dataclass
class Stage:
    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": BARE})
    workdir: str = "/"
    user: str = "0:0"
    command: str = ""


class Builder:
    """`build` returns the last stage, as it would be the image."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._arguments: dict[str, str] = {}
        self._bases: dict[str, Path] = {}
        self._stages: dict[str, Stage] = {}
        self._context = namespace.folder / "context"
        self._steps = {
            "ARG": self._arg,
            "FROM": self._from,
            "RUN": self._run,
            "COPY": self._copy,
            "WORKDIR": self._workdir,
            "ENV": self._env,
            "USER": self._user,
            "EXPOSE": lambda _: None,
            "CMD": self._cmd,
        }

    def build(self, context: Path) -> Stage:
        copy_context(context)
        self._namespace.run("cp", "-r", str(context), str(self._context))
        for instruction in instructions(DOCKERFILE.read_text()):
            self._follow(instruction)
        return self._stage

    def _follow(self, instruction: Instruction) -> None:
        assert instruction.name in self._steps, f"This builder does not know {instruction.name}."
        self._steps[instruction.name](instruction.words)

    def _arg(self, words: str) -> None:
        name, _, value = words.partition("=")
        self._arguments[name] = value

    def _from(self, words: str) -> None:
        image, _, name = Template(words).substitute(self._arguments).partition(" AS ")
        base = self._base(image)
        folders = [self._namespace.folder / f"{len(self._stages)}-{part}" for part in ("changed", "work", "root")]
        changed, work, root = map(str, folders)
        self._namespace.run("mkdir", changed, work, root)
        self._namespace.run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={changed},workdir={work}", root)
        for place in ("proc", "dev"):
            self._namespace.run("mount", "--rbind", f"/{place}", f"{root}/{place}")
        CACHE.mkdir(parents=True, exist_ok=True)
        self._namespace.run("mkdir", f"{root}{SHARED}")
        self._namespace.run("mount", "--bind", str(CACHE), f"{root}{SHARED}")
        for known in ("/etc/resolv.conf", "/etc/hosts"):
            self._namespace.run("cp", known, f"{root}{known}")
        self._stage = self._stages[name] = Stage(Path(root))

    def _base(self, image: str) -> Path:
        """A fresh minimal Debian, made once."""
        (suite,) = [suite for name, suite in SUITE.items() if image.startswith(name)]
        if suite not in self._bases:
            self._bases[suite] = self._namespace.folder / suite
            self._namespace.run("mmdebstrap", "--quiet", "--variant=minbase", suite, str(self._bases[suite]))
        return self._bases[suite]

    def _run(self, words: str) -> None:
        given = {name: value for name, value in os.environ.items() if THROUGH.fullmatch(name)}
        if "PIP_CERT" in given:
            self._namespace.run("cp", given["PIP_CERT"], f"{self._stage.root}{CERTIFICATES}")
            given["PIP_CERT"] = CERTIFICATES
        given |= {**self._stage.environment, "HOME": "/root", "PIP_CACHE_DIR": SHARED}
        self._namespace.run(*self.chrooted(self._stage, "sh", "-c", words), env=given)

    @staticmethod
    def chrooted(stage: Stage, *command: str, user: str = "0:0") -> list[str]:
        return ["chroot", f"--userspec={user}", str(stage.root), "env", f"--chdir={stage.workdir}", *command]

    def _copy(self, words: str) -> None:
        *sources, target = words.split()
        root = self._context
        if sources[0].startswith("--from="):
            root = self._stages[sources.pop(0).removeprefix("--from=")].root
        into = Path(f"{self._stage.root}{Path(self._stage.workdir, target)}")
        self._namespace.run("mkdir", "-p", str(into))
        for source in sources:
            found = f"{root}/{source.lstrip('/')}"
            self._namespace.run("sh", "-c", 'if [ -d "$1" ]; then cp -a "$1/." "$2"; else cp -a "$1" "$2"; fi', "copy", found, str(into))

    def _workdir(self, words: str) -> None:
        self._stage.workdir = words
        self._namespace.run("mkdir", "-p", f"{self._stage.root}{words}")

    def _env(self, words: str) -> None:
        for word in shlex.split(words):
            name, _, value = word.partition("=")
            self._stage.environment[name] = Template(value).substitute(self._stage.environment)

    def _user(self, words: str) -> None:
        self._stage.user = words

    def _cmd(self, words: str) -> None:
        self._stage.command = words


def seal(namespace: Namespace, stage: Stage, writable: Mapping[str, str]) -> None:
    """As it runs: its root read-only, and of all places only these, by their owner, a file system in memory."""
    for place, owner in writable.items():
        uid, _, gid = owner.partition(":")
        options = f"mode=0700,uid={uid},gid={gid}"
        namespace.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{stage.root}{place}")
    namespace.run("mount", "-o", "remount,bind,ro", str(stage.root))


def as_it_runs(namespace: Namespace, stage: Stage, command: Sequence[str]) -> list[str]:
    """The command that starts this one in the image, as its user."""
    return namespace.inside(*Builder.chrooted(stage, *command, user=stage.user))
