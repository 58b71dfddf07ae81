"""A seccomp filter: which system calls a confined program may not make. Standard library only, for the launcher of `sandbox`."""

from __future__ import annotations

import os
import struct

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""By machine: what the kernel calls it, and its column in the tables below."""

DENIED = (
    # Sockets, and the ring that opens sockets of its own.
    *((41, 198), (42, 203), (43, 202), (288, 242)),  # socket, connect, accept, accept4
    *((44, 206), (46, 211), (307, 269)),  # sendto, sendmsg, sendmmsg
    *((49, 200), (50, 201), (53, 199)),  # bind, listen, socketpair
    *((425, 425), (426, 426), (427, 427)),  # io_uring_setup, io_uring_enter, io_uring_register
    # Reaching into other processes, taking their files, or ending them.
    *((101, 117), (310, 270), (311, 271)),  # ptrace, process_vm_readv, process_vm_writev
    *((434, 434), (438, 438), (424, 424)),  # pidfd_open, pidfd_getfd, pidfd_send_signal
    *((440, 440), (312, 272)),  # process_madvise, kcmp
    *((62, 129), (200, 130), (129, 138), (297, 240)),  # kill, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo
    # New processes, and leaving the group in which ours is ended.
    *((57, None), (58, None), (112, 157), (109, 154)),  # fork, vfork, setsid, setpgid
    # Changing files that are not open, or their names: Landlock has no say in these, or not in every version.
    *((76, 45), (90, None), (91, 52), (268, 53), (452, 452)),  # truncate, chmod, fchmod, fchmodat, fchmodat2
    *((92, None), (93, 55), (94, None), (260, 54)),  # chown, fchown, lchown, fchownat
    *((188, 5), (189, 6), (190, 7), (463, 463)),  # setxattr, lsetxattr, fsetxattr, setxattrat
    *((197, 14), (198, 15), (199, 16), (466, 466)),  # removexattr, lremovexattr, fremovexattr, removexattrat
    *((132, None), (235, None), (261, None), (280, 88)),  # utime, utimes, futimesat, utimensat
    *((86, None), (265, 37)),  # link, linkat
    # Parts of the kernel that no decoder needs and attackers do.
    *((272, 97), (308, 268), (321, 280)),  # unshare, setns, bpf
    *((298, 241), (323, 282)),  # perf_event_open, userfaultfd
    *((248, 217), (249, 218), (250, 219)),  # add_key, request_key, keyctl
)
CLONE = (56, 220)
CLONE3 = (435, 435)
TGKILL = (234, 131)
PRLIMIT = (302, 261)
CLONE_THREAD = 0x00010000

ALLOW = 0x7FFF0000
EPERM = 0x00050001
ENOSYS = 0x00050026

LOAD_WORD = 0x20
JUMP_IF_EQUAL = 0x15
JUMP_IF_AT_LEAST = 0x35
JUMP_IF_ANY_BIT = 0x45
RETURN = 0x06
NUMBER = 0
ARCHITECTURE = 4
FIRST_ARGUMENT = 16
X32_CALLS = 0x40000000

Instruction = tuple[int, int, int, int]
"""Code, how far to jump where it is true and where it is false, and a value."""


def seccomp_filter(machine: str) -> bytes:
    """The program for this process and what it becomes; raises `KeyError` for a machine whose numbers we do not know."""
    architecture, column = ARCHITECTURES[machine]
    # Calls of another architecture's numbering would pass by other names.
    program = [(LOAD_WORD, 0, 0, ARCHITECTURE), (JUMP_IF_EQUAL, 1, 0, architecture), (RETURN, 0, 0, EPERM), (LOAD_WORD, 0, 0, NUMBER)]
    program += [(JUMP_IF_AT_LEAST, 0, 1, X32_CALLS), (RETURN, 0, 0, EPERM)]
    for numbers in DENIED:
        number = numbers[column]
        if number is not None:
            program += _refused(number, EPERM)
    # Told that this one does not exist, the C library makes its threads by `clone`, whose flags can be looked at.
    program += _refused(CLONE3[column], ENOSYS)
    program += _allowed_where(CLONE[column], JUMP_IF_ANY_BIT, CLONE_THREAD)
    program += _allowed_where(TGKILL[column], JUMP_IF_EQUAL, os.getpid())
    program += _allowed_where(PRLIMIT[column], JUMP_IF_EQUAL, 0)
    program.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _refused(number: int, answer: int) -> list[Instruction]:
    return [(JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, answer)]


def _allowed_where(number: int, test: int, value: int) -> list[Instruction]:
    """The call is allowed where its first argument passes the test."""
    return [
        (JUMP_IF_EQUAL, 0, 4, number),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        (test, 0, 1, value),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, EPERM),
    ]
