"""Attacks on the kernel: system calls that a text has no business to make.

Each text returns if its attack got through, and raises if it was stopped. ``reach`` returns if the
kernel's own code for a call was reached, whatever it answered to the invalid arguments; so nothing
is harmed on a machine without a sandbox.
"""

from __future__ import annotations

SYSTEM_CALL_ATTACKS = {
    "a user namespace": "reach('unshare', 0x10000000)",
    "a mount namespace": "reach('unshare', 0x00020000)",
    "a process in a user namespace": (
        "if reach('clone', 0x10000000 | 17, 0, 0, 0, 0) == 0: os._exit(0)"
    ),
    "clone3": "reach('clone3', 0, 0)",
    "another namespace": "reach('setns', 0, 0)",
    "io_uring": "reach('io_uring_setup', 1, 0)",
    "io_uring, entered": "reach('io_uring_enter', 0, 1, 0, 0, 0, 0)",
    "a new key": "reach('add_key', 0, 0, 0, 0, 0)",
    "a requested key": "reach('request_key', 0, 0, 0, 0)",
    "the session's keyring": "reach('keyctl', 0, -3, 0, 0, 0)",
    "a TCP socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "a UDP socket": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "an IPv6 socket": "socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
    "a Unix socket": "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
    "a pair of sockets": "socket.socketpair()",
    "a netlink socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a vsock": "reach('socket', 40, 1, 0)",
    "a raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "a packet socket": "socket.socket(17, socket.SOCK_RAW, 0)",
    "a socket of the kernel's ciphers": "reach('socket', 38, 5, 0)",
    "a socket of another family": "reach('socket', 16, 3, 15)",
    "a connection to this machine": "socket.create_connection(('127.0.0.1', PORT), timeout=5)",
    "tracing oneself": "reach('ptrace', 0x4206, VICTIM, 0, 0)",
    "another's memory": "reach('process_vm_readv', VICTIM, 0, 0, 0, 0, 0)",
    "another's descriptors": "reach('pidfd_open', VICTIM, 0)",
    "a comparison of processes": "reach('kcmp', VICTIM, VICTIM, 0, 0, 0)",
    "a mount": "reach('mount', b'none', b'.', b'tmpfs', 0, b'size=4k')",
    "a detached mount": "reach('fsopen', b'tmpfs', 0)",
    "a moved root": "reach('pivot_root', b'/nowhere', b'/nowhere')",
    "another root": "reach('chroot', b'.')",
    "an unmounted root": "reach('umount2', b'/nowhere', 0)",
    "a bpf program": "reach('bpf', 5, 0, 0)",
    "a performance counter": "reach('perf_event_open', 0, 0, -1, -1, 0)",
    "a kernel module": "reach('init_module', 0, 0, 0)",
    "a kernel module from a file": "reach('finit_module', -1, 0, 0)",
    "an unloaded module": "reach('delete_module', b'no such module', 0)",
    "another kernel": "reach('kexec_load', 0, 2**20, 0, 2**40)",
    "the clock": "reach('clock_settime', 0, 0)",
    "the clock's date": "reach('settimeofday', 1, 0)",
    "the clock's speed": "reach('adjtimex', 0)",
    "the name of the machine": "reach('sethostname', b'x', -1)",
    "a restart": "reach('reboot', 0, 0, 0, 0)",
    "a swap file": "reach('swapon', 0, 0)",
    "the kernel's log": "reach('syslog', 3, 0, 0)",
    "a handle of a file": "reach('open_by_handle_at', -1, 0, 0)",
    "page faults in user space": "reach('userfaultfd', 0)",
    "another personality": "reach('personality', 0x0040000)",
    "a watch on files": "reach('inotify_init1', 0)",
    "a second filter, which listens": "reach('seccomp', 1, 8, 0)",
    "a System V queue": "reach('msgget', 0, 0o1600)",
    "a System V semaphore": "reach('semget', 0, 1, 0o1600)",
    "a locked page": "reach('mlock', 0, 4096)",
    "all pages locked": "reach('mlockall', 4)",
    "a forked process": "if os.fork() == 0: os._exit(0)",
    "a process that outlives its parent": "if reach('clone', 0x8011, 0, 0, 0, 0) == 0: os._exit(0)",
    "another program": "subprocess.run(['/bin/true'])",
    "a program from memory": (
        "reach('execveat', reach('memfd_create', b'x', 0), b'', 0, 0, 0x1000)"
    ),
    "a user id": "os.setuid(0 if os.getuid() else 1)",
    "other groups": "os.setgroups([0])",
    "a capability": (
        "header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(1 << 21, 1 << 21)\n"
        "if libc.capset(header, sets): raise PermissionError"
    ),
    "life after its parent": "reach('prctl', 1, 0, 0, 0, 0)",
    "readable memory": "reach('prctl', 4, 1, 0, 0, 0)",
}
