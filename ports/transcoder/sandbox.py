"""A cage for a program that reads hostile files: no sockets, no new rights, few resources, dead when its parent dies.

The module is also the launcher that runs inside the child: it imports the standard library only, because it is started as a
bare script (`python -I -S sandbox.py …`) and must cost little.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys

REPORT = "sandbox: "
"""What the launcher prints before each protection that this system does not offer."""

NOT_STARTED = 127
"""The exit code where the program itself could not be run."""

NICENESS = 10
OPEN_FILES = 64
CPU_GRACE = 5

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
SECCOMP_ALLOW = 0x7FFF0000
SECCOMP_EPERM = 0x00050001

LOAD_WORD = 0x20
JUMP_IF_EQUAL = 0x15
JUMP_IF_AT_LEAST = 0x35
RETURN = 0x06
SYSTEM_CALL = 0
ARCHITECTURE = 4
X32_CALLS = 0x40000000

# socket, connect, accept, sendto, sendmsg, bind, listen, socketpair, ptrace, accept4 and io_uring (which opens sockets of its own);
# and what reaches into another process: process_vm_readv and _writev, pidfd_open and pidfd_getfd (which takes its sockets).
DENIED = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 46, 49, 50, 53, 101, 288, 310, 311, 425, 426, 427, 434, 438)),
    "aarch64": (0xC00000B7, (198, 203, 202, 206, 211, 200, 201, 199, 117, 242, 270, 271, 425, 426, 427, 434, 438)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def sandboxed(arguments: list[str], *, cpu_seconds: int, memory: int, file_size: int) -> list[str]:
    """The command that runs `arguments` inside the sandbox; `memory` (address space) and `file_size` are in bytes."""
    limits = [str(value) for value in (os.getpid(), cpu_seconds, memory, file_size)]
    return [sys.executable, "-I", "-S", __file__, *limits, *arguments]


def _filter(machine: str) -> bytes:
    """The seccomp program that answers EPERM to every denied call, and to calls of another architecture's numbering."""
    architecture, denied = DENIED[machine]
    checks = [(JUMP_IF_AT_LEAST, X32_CALLS), *((JUMP_IF_EQUAL, number) for number in denied)]
    program = [(LOAD_WORD, 0, 0, ARCHITECTURE), (JUMP_IF_EQUAL, 0, len(checks) + 2, architecture), (LOAD_WORD, 0, 0, SYSTEM_CALL)]
    program += [(code, len(checks) - position, 0, value) for position, (code, value) in enumerate(checks)]
    program += [(RETURN, 0, 0, SECCOMP_ALLOW), (RETURN, 0, 0, SECCOMP_EPERM)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _control(option: int, *values: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    padded = [*values, 0, 0, 0, 0][:4]
    if libc.prctl(option, *(ctypes.c_ulong(value) if isinstance(value, int) else value for value in padded)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _die_with(parent: int) -> None:
    _control(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _deny_sockets() -> None:
    instructions = _filter(os.uname().machine)
    _control(PR_SET_NO_NEW_PRIVS, 1)
    _control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(instructions) // 8, instructions)))


def _limit(kind: int, value: int, grace: int = 0) -> None:
    """At the limit a process is told, `grace` later it is stopped whatever it does."""
    hard = resource.getrlimit(kind)[1]
    allowed, end = (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard) for wanted in (value, value + grace))
    resource.setrlimit(kind, (allowed, end))


def main() -> None:
    parent, cpu_seconds, memory, file_size = (int(value) for value in sys.argv[1:5])
    protections = {
        "death with the parent": lambda: _die_with(parent),
        "limit on processor time": lambda: _limit(resource.RLIMIT_CPU, cpu_seconds, CPU_GRACE),
        "limit on memory": lambda: _limit(resource.RLIMIT_AS, memory),
        "limit on file size": lambda: _limit(resource.RLIMIT_FSIZE, file_size),
        "limit on open files": lambda: _limit(resource.RLIMIT_NOFILE, OPEN_FILES),
        "ban on core dumps": lambda: _limit(resource.RLIMIT_CORE, 0),
        "low priority": lambda: os.nice(NICENESS),
        "ban on sockets": _deny_sockets,
    }
    for name, protect in protections.items():
        try:
            protect()
        except (OSError, ValueError, AttributeError, KeyError) as error:
            sys.stderr.write(f"{REPORT}no {name} here ({type(error).__name__}: {error})\n")
    sys.stderr.flush()
    try:
        os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606  (replacing this process by the confined program is the point)
    except OSError as error:
        sys.stderr.write(f"{sys.argv[5]}: {error.strerror}\n")
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main()
