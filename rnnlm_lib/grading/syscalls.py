"""What the kernel refuses a caged function: new processes, signals and sockets.

Arithmetic needs none of them. The filter is a program for the kernel's BPF machine; it
is installed from inside, before the first line of a student's code, and cannot be
taken off again. It works without a cage too. Threads are allowed, for PyTorch.
"""

import ctypes
import platform
import struct

NUMBERS = {  # machine: its audit code, clone, clone3, and what is refused
    "x86_64": (
        0xC000003E,
        56,
        435,
        {
            "socket": 41,
            "fork": 57,
            "vfork": 58,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "tkill": 200,
            "tgkill": 234,
            "unshare": 272,
            "setns": 308,
            "execveat": 322,
            "pidfd_send_signal": 424,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        220,
        435,
        {
            "unshare": 97,
            "ptrace": 117,
            "kill": 129,
            "tkill": 130,
            "tgkill": 131,
            "socket": 198,
            "execve": 221,
            "setns": 268,
            "execveat": 281,
            "pidfd_send_signal": 424,
            "io_uring_setup": 425,
        },
    ),
}
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 6
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NOT_PERMITTED, NOT_THERE = 1, 38  # EPERM, ENOSYS
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # where the kernel puts them
OTHER_NUMBERS = 0x40000000  # x86's second table of calls
NEW_THREAD = 0x00010000
NO_NEW_PRIVILEGES, SET_FILTER, FILTER = 38, 22, 2  # of prctl


def program(machine: str) -> bytes:
    """Write the filter: eight bytes for each instruction."""
    code, clone, clone3, refused = NUMBERS[machine]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (JUMP_IF_EQUAL, 1, 0, code),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_AT_LEAST, 0, 1, OTHER_NUMBERS),
        (RETURN, 0, 0, KILL),
    ]
    for number in refused.values():
        steps += [
            (JUMP_IF_EQUAL, 0, 1, number),
            (RETURN, 0, 0, REFUSE | NOT_PERMITTED),
        ]
    steps += [
        # glibc tries clone3 first and falls back on clone, whose flags can be seen
        (JUMP_IF_EQUAL, 0, 1, clone3),
        (RETURN, 0, 0, REFUSE | NOT_THERE),
        (JUMP_IF_EQUAL, 0, 3, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_BITS, 1, 0, NEW_THREAD),
        (RETURN, 0, 0, REFUSE | NOT_PERMITTED),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def refuse() -> bool:
    """Install the filter in this process; say whether the kernel took it."""
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in NUMBERS:
        return False
    steps = program(machine)
    buffer = ctypes.create_string_buffer(steps)

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    filter_ = Filter(len(steps) // 8, ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None).prctl
    if prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return prctl(SET_FILTER, FILTER, ctypes.byref(filter_), 0, 0) == 0
