"""The seccomp filter, decided call by call on both architectures by an interpreter of BPF."""

from __future__ import annotations

import errno

import pytest

from designer.verification.sandbox.seccomp.allow_list import (
    ARCHITECTURES,
    SYSTEM_CALLS,
    sandbox_filter,
)
from designer.verification.sandbox.seccomp.bpf import ALLOW, KILL_PROCESS, Condition, fail_with
from tests.verification.sandbox.bpf_interpreter import decide

PROCESS = 4711
REFUSED, NOT_THERE = fail_with(errno.EPERM), fail_with(errno.ENOSYS)

machines = pytest.mark.parametrize("machine", ARCHITECTURES)


def decision(
    machine: str,
    name: str,
    *arguments: int,
    creates_files: bool = True,
    changes_files: bool = True,
    architecture: int = 0,
) -> int:
    """What the filter of a machine does with a call; that of this process is ``PROCESS``."""
    return decide(
        sandbox_filter(
            machine, process=PROCESS, creates_files=creates_files, changes_files=changes_files
        ),
        architecture=architecture or ARCHITECTURES[machine],
        number=SYSTEM_CALLS[machine][name],
        arguments=arguments,
    )


FORBIDDEN = """
socket socketpair connect bind listen accept sendto recvfrom sendmsg recvmsg
ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kcmp
execve execveat unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen mount_setattr
bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd
add_key request_key keyctl init_module finit_module delete_module kexec_load
clock_settime settimeofday adjtimex clock_adjtime sethostname setdomainname reboot swapon syslog
shmget shmat msgget semget mq_open memfd_create memfd_secret mlock mlock2 mlockall
setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid capset
seccomp landlock_create_ruleset personality name_to_handle_at open_by_handle_at mknodat fchownat
tkill rt_sigqueueinfo rt_tgsigqueueinfo setpriority sched_setaffinity sched_setscheduler ioprio_set
inotify_init1 fanotify_init signalfd4 timer_create splice tee vmsplice sync syncfs acct quotactl
"""


@machines
@pytest.mark.parametrize("creates_files", [True, False])
def test_other_calls_are_refused(machine: str, creates_files: bool) -> None:
    """Those that a text has no business to make, whatever their arguments are."""
    found = {
        name: decision(machine, name, *arguments, creates_files=creates_files)
        for name in FORBIDDEN.split()
        for arguments in [(), (PROCESS,), (1, 2, 3, 4, 5, 6)]
    }
    assert {name for name, action in found.items() if action != REFUSED} == set()


@machines
def test_computing_is_allowed(machine: str) -> None:
    """Reading, writing, memory, waiting and ending."""
    names = (
        "read write close brk munmap mprotect futex clock_gettime exit_group getrandom rt_sigreturn"
    )
    assert {decision(machine, name) for name in names.split()} == {ALLOW}


@machines
def test_new_calls_do_not_exist(machine: str) -> None:
    """C libraries then use older calls, whose arguments a filter can read."""
    for name in ("clone3", "openat2"):
        assert decision(machine, name) == NOT_THERE
    program = sandbox_filter(machine, process=PROCESS, creates_files=True, changes_files=True)
    newest = max(SYSTEM_CALLS[machine].values())
    for number in (newest + 1, 2**30, 2**30 + SYSTEM_CALLS[machine]["read"], 2**32 - 1):
        given = {"architecture": ARCHITECTURES[machine], "arguments": ()}
        assert decide(program, number=number, **given) == NOT_THERE


@machines
def test_another_architecture_ends_the_process(machine: str) -> None:
    """In 32-bit code, the number of an allowed call means another one."""
    for architecture in {*ARCHITECTURES.values(), 0x40000003, 0x40000028} - {
        ARCHITECTURES[machine]
    }:
        assert decision(machine, "read", architecture=architecture) == KILL_PROCESS


THREAD = 0x3D0F00
"""The flags with which the C library starts a thread."""


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (THREAD,), True),
        ("clone", (0x11,), False),
        ("clone", (0x4111,), False),
        ("clone", (THREAD | 0x10000000,), False),
        ("clone", (THREAD | 0x00020000,), False),
        ("clone", (THREAD | 0x40000000,), False),
        ("kill", (PROCESS, 9), True),
        ("kill", (PROCESS + 1, 0), False),
        ("kill", (0, 0), False),
        ("kill", (-1, 0), False),
        ("kill", (-PROCESS, 0), False),
        ("tgkill", (PROCESS, PROCESS, 6), True),
        ("tgkill", (1, 1, 9), False),
        ("mmap", (0, 4096, 3, 0x22), True),
        ("mmap", (0, 4096, 3, 0x20022), True),
        ("mmap", (0, 4096, 1, 0x21), False),
        ("mmap", (0, 4096, 1, 0x01), False),
        ("mmap", (0, 4096, 1, 0x03), False),
        ("mmap", (0, 4096, 3, 0x122), False),
        ("mmap", (0, 4096, 3, 0x40022), False),
        ("prlimit64", (0, 7), True),
        ("prlimit64", (PROCESS, 7), True),
        ("prlimit64", (1, 7), False),
        ("fcntl", (3, 1), True),
        ("fcntl", (3, 4), True),
        ("fcntl", (3, 8, 1), False),
        ("fcntl", (3, 10, 9), False),
        ("fcntl", (3, 15), False),
        ("fcntl", (3, 1031), False),
        ("ioctl", (3, 0x5401), True),
        ("ioctl", (3, 0x5412), False),
        ("ioctl", (3, 0x8901), False),
        ("prctl", (15,), True),
        ("prctl", (1,), False),
        ("prctl", (4, 1), False),
        ("prctl", (22, 2), False),
        ("openat", (-100, 0, 0x241), True),
    ],
)
@machines
def test_a_call_depends_on_its_arguments(
    machine: str, name: str, arguments: tuple[int, ...], allowed: bool
) -> None:
    """Threads but no processes, private but no shared memory, signals to oneself."""
    assert decision(machine, name, *arguments) == (ALLOW if allowed else REFUSED)
    high = tuple(2**32 + value % 2**32 for value in arguments)  # the kernel reads 32 bits, too
    assert decision(machine, name, *high) == (ALLOW if allowed else REFUSED)


@machines
def test_without_a_scratch_folder_nothing_is_created(machine: str) -> None:
    """No file, folder, link or file without a name; files are still opened."""
    for name in ("mkdirat", "symlinkat", "linkat", "mknodat"):
        assert decision(machine, name, creates_files=False) == REFUSED
    assert decision(machine, "openat", -100, 0, 0, creates_files=False) == ALLOW
    for flags in (0x40, 0x241, 0x410002, 0x400001):
        assert decision(machine, "openat", -100, 0, flags, creates_files=False) == REFUSED
    assert decision(machine, "mkdirat") == ALLOW


@machines
def test_without_a_file_system_of_its_own_nothing_is_changed(machine: str) -> None:
    """Landlock below ABI 3 refuses no truncation, and no Landlock refuses other times or modes."""
    for name in ("unlinkat", "renameat2", "truncate", "fchmod", "fchmodat", "utimensat"):
        assert decision(machine, name, changes_files=False) == REFUSED
        assert decision(machine, name) == ALLOW
    assert decision(machine, "openat", -100, 0, 0x201, changes_files=False) == REFUSED
    assert decision(machine, "openat", -100, 0, 0x201) == ALLOW
    assert decision(machine, "openat", -100, 0, 0x1, creates_files=False) == REFUSED


def test_a_wrong_condition_is_refused() -> None:
    """A value outside its mask can never be equal."""
    with pytest.raises(AssertionError, match="outside the mask"):
        Condition(argument=0, mask=1, values=(2,))
    with pytest.raises(AssertionError, match="six arguments"):
        Condition(argument=6, values=(0,))
