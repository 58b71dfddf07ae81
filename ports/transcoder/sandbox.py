"""A cage for a program that reads hostile files: its own files only, no sockets, no other processes, few resources.

The module is also the launcher that runs inside the child: it and what it imports of ours need the standard library only, because
it is started without our packages (`python -I -S`) and must cost little.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial

from ports.transcoder.landlock import fence
from ports.transcoder.seccomp import seccomp_filter

REPORT = "sandbox: no "
"""What the launcher prints before each protection that this system does not offer."""

NOT_STARTED = 127
"""The exit code where the program itself could not be run."""

NICENESS = 10
OPEN_FILES = 64
CPU_GRACE = 5

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
CAPABILITIES = range(64)
CAP_DAC_OVERRIDE = 1

ROOT = __file__.rpartition("/ports/")[0]
LAUNCHER = "import sys; sys.path.append(sys.argv.pop(1)); from ports.transcoder.sandbox import main; main()"
END_OF_PATHS = "--"


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def sandboxed(arguments: list[str], paths: Iterable[tuple[str, str]], *, cpu_seconds: int, memory: int, file_size: int) -> list[str]:
    """The command that runs `arguments` inside the sandbox.

    `paths` are all it may reach, each as (`run`, `read` or `write`, path); `memory` (address space) and `file_size` are in bytes.
    """
    limits = [str(value) for value in (os.getpid(), cpu_seconds, memory, file_size)]
    fenced = [f"{access}={path}" for access, path in paths]
    return [sys.executable, "-I", "-S", "-c", LAUNCHER, ROOT, *limits, *fenced, END_OF_PATHS, *arguments]


def keep_memory_private() -> None:
    """Let no process of our user but root's read this one's memory and environment, nor those of its children that run no other program.

    Raises `OSError` or `AttributeError` where the system knows no such thing.
    """
    _control(PR_SET_DUMPABLE, 0)


def _control(option: int, *values: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    padded = [*values, 0, 0, 0, 0][:4]
    result = libc.prctl(option, *(ctypes.c_ulong(value) if isinstance(value, int) else value for value in padded))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _die_with(parent: int) -> None:
    _control(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _drop_capabilities() -> None:
    """Root keeps the one that opens files in other people's folders, where a checkout may lie: the fence is what confines it."""
    _control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    if os.geteuid() != 0:
        return
    for capability in CAPABILITIES:
        try:
            present = _control(PR_CAPBSET_READ, capability)
        except OSError:
            return
        if present and capability != CAP_DAC_OVERRIDE:
            _control(PR_CAPBSET_DROP, capability)


def _filter_calls() -> None:
    instructions = seccomp_filter(os.uname().machine)
    _control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(instructions) // 8, instructions)))


def _limit(kind: int, value: int, grace: int = 0) -> None:
    """At the limit a process is told, `grace` later it is stopped whatever it does."""
    hard = resource.getrlimit(kind)[1]
    allowed, end = (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard) for wanted in (value, value + grace))
    resource.setrlimit(kind, (allowed, end))


def _protections(
    parent: int, cpu_seconds: int, memory: int, file_size: int, paths: Iterable[tuple[str, str]]
) -> dict[str, Callable[[], object]]:
    """By name, in the order in which they do not stand in one another's way."""
    return {
        "death with the parent": partial(_die_with, parent),
        "ban on new rights": partial(_control, PR_SET_NO_NEW_PRIVS, 1),
        "loss of root's rights": _drop_capabilities,
        "limit on processor time": partial(_limit, resource.RLIMIT_CPU, cpu_seconds, CPU_GRACE),
        "limit on memory": partial(_limit, resource.RLIMIT_AS, memory),
        "limit on file size": partial(_limit, resource.RLIMIT_FSIZE, file_size),
        "limit on open files": partial(_limit, resource.RLIMIT_NOFILE, OPEN_FILES),
        "ban on core dumps": partial(_limit, resource.RLIMIT_CORE, 0),
        "low priority": partial(os.nice, NICENESS),
        "fence around its files (Landlock)": partial(fence, paths),
        "ban on sockets and other processes (seccomp)": _filter_calls,
    }


PROTECTIONS = tuple(_protections(0, 0, 0, 0, ()))
"""The names of all there are."""


def main() -> None:
    parent, cpu_seconds, memory, file_size = (int(value) for value in sys.argv[1:5])
    end = sys.argv.index(END_OF_PATHS)
    paths: list[tuple[str, str]] = []
    for argument in sys.argv[5:end]:
        access, _, path = argument.partition("=")
        paths.append((access, path))
    for name, protect in _protections(parent, cpu_seconds, memory, file_size, paths).items():
        try:
            protect()
        except (OSError, ValueError, AttributeError, KeyError) as error:
            sys.stderr.write(f"{REPORT}{name} here ({type(error).__name__}: {error})\n")
    sys.stderr.flush()
    program, *_ = command = sys.argv[end + 1 :]
    try:
        os.execv(program, command)  # noqa: S606  (replacing this process by the confined program is the point)
    except OSError as error:
        sys.stderr.write(f"{program}: {error.strerror}\n")
        sys.exit(NOT_STARTED)
