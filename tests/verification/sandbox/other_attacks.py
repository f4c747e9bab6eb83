"""Attacks on files, on other processes, and on the machine's memory and disk.

Each text returns if its attack got through, and raises if it was stopped.
"""

from __future__ import annotations

FILE_ATTACKS = {
    "a private file": "open(PRIVATE).read()",
    "a public file outside": "open('/etc/passwd').read()",
    "the folder of the caller": "os.listdir(CALLER)",
    "the state of the service": "open(f'{STATE}/cache.sqlite').read()",
    "the key file": "open(f'{CALLER}/keys').read()",
    "the folder of temporary files": "assert set(os.listdir(os.path.dirname(STATE)))",
    "a link to a private file": "os.symlink(PRIVATE, 'link')\nopen('link').read()",
    "a hard link to a private file": "os.link(PRIVATE, 'hard')",
    "a private file through the root": "open('/proc/self/root' + PRIVATE).read()",
    "a private file through dots": "open('../../../../../..' + PRIVATE).read()",
    "a private file through the working folder of the first process": (
        "open(f'/proc/{os.getppid()}/root{PRIVATE}').read()"
    ),
    "a new file outside": "open(f'{CALLER}/new', 'w')",
    "a changed file outside": "open(f'{CALLER}/keys', 'a')",
    "an emptied file outside": "os.truncate(f'{CALLER}/keys', 0)",
    "a file outside emptied when opened": (
        "os.write(os.open(f'{CALLER}/keys', os.O_WRONLY | os.O_TRUNC), b'x')"
    ),
    "other times of a file outside": "os.utime(f'{CALLER}/keys', (1, 1))",
    "other permissions of a file outside": "os.chmod(f'{CALLER}/keys', 0o777)",
    "a renamed file outside": "os.rename(f'{CALLER}/keys', f'{CALLER}/old')",
    "a deleted file outside": "os.unlink(f'{CALLER}/keys')",
    "a new folder outside": "os.mkdir(f'{CALLER}/folder')",
    "a changed package": "open(os.path.dirname(torch.__file__) + '/planted.py', 'w')",
    "a disk": "open('/dev/' + next(n for n in os.listdir('/dev') if n.startswith(('vd', 'sd', 'nvme', 'loop'))), 'rb').read(1)",
    "the machine's memory": "open('/dev/mem', 'rb').read(1)",
    "a node of a device": "os.mknod('mem', 0o20600, os.makedev(1, 1))",
    "a pipe with a name": "os.mkfifo('pipe')",
    "a setting of the kernel": "open('/proc/sys/kernel/core_pattern', 'a')",
    "facts of the kernel": "open('/proc/kallsyms').read(1)",
    "a program with the rights of its owner": (
        "with open('own', 'w') as own: own.write('#!/bin/true')\n"
        "os.chmod('own', 0o4755)\n"
        "subprocess.run(['./own'])"
    ),
}

PROCESS_ATTACKS = {
    "the environment of the service": "open(f'/proc/{SERVICE}/environ', 'rb').read()",
    "the environment of another process": "open(f'/proc/{VICTIM}/environ', 'rb').read()",
    "the memory of another process": "open(f'/proc/{VICTIM}/mem', 'rb').close()",
    "the list of processes": "assert any(int(n) == VICTIM for n in os.listdir('/proc') if n.isdigit())",
    "a signal": "os.kill(VICTIM, 0)",
    "a signal to all": "os.kill(-1, 0)",
    "a signal to its parent": "os.kill(os.getppid(), 0)",
    "a signal to a thread": "reach('tgkill', VICTIM, VICTIM, 0)",
    "a queued signal": "reach('rt_sigqueueinfo', VICTIM, 0, 0)",
    "a signal by the kernel": (
        "end = os.pipe()[0]\nfcntl.fcntl(end, fcntl.F_SETOWN, VICTIM)\nfcntl.fcntl(end, 10, 9)"
    ),
    "the priority of another": "os.setpriority(os.PRIO_PROCESS, VICTIM, 5)",
    "the schedule of another": "os.sched_setaffinity(VICTIM, {0})",
    "the limits of another": "resource.prlimit(VICTIM, resource.RLIMIT_CORE, (0, 0))",
}

RESOURCE_ATTACKS = {
    "more memory by a higher limit": (
        "resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY,) * 2)"
    ),
    "more time by a higher limit": (
        "resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)"
    ),
    "10 GB of private memory": "bytearray(10 * 2**30)",
    "1 GB of shared memory": "mmap.mmap(-1, 2**30)",
    "1 GB of shared memory from a device": (
        "mmap.mmap(os.open('/dev/zero', os.O_RDONLY), 2**30, prot=mmap.PROT_READ)"
    ),
    "1 GB of memory as a file": "os.ftruncate(os.memfd_create('x'), 2**30)",
    "1 GB of memory as a segment": "reach('shmget', 0, 2**30, 0o1600)",
    "20 GB of growing stack": "mmap.mmap(-1, 20 * 2**30, flags=mmap.MAP_PRIVATE | 0x120)",
    "20 GB of growing stack in pieces": (
        "[mmap.mmap(-1, 2**30, flags=mmap.MAP_PRIVATE | 0x120) for _ in range(20)]"
    ),
    "40 TB of read-only memory": (
        "mmap.mmap(-1, 40 * 2**40, flags=mmap.MAP_PRIVATE | 0x4020, prot=mmap.PROT_READ)"
    ),
    "shared memory of Python": (
        "multiprocessing.shared_memory.SharedMemory(create=True, size=2**20).unlink()"
    ),
    "shared memory of torch": "torch.zeros(2**20).share_memory_()",
    "a file of 1 GB": "with open('huge', 'w') as huge: huge.truncate(2**30)",
    "100 MB in files of 10 MB": (
        "for i in range(10): open(f'part{i}', 'wb').write(bytes(10 * 2**20))"
    ),
    "100 MB in files without a name": (
        "kept = []\n"
        "for i in range(10):\n"
        "    kept.append(tempfile.TemporaryFile())\n"
        "    kept[-1].write(bytes(10 * 2**20))\n"
        "    kept[-1].flush()"
    ),
    "5,000 empty files": "for i in range(5_000): open(f'empty{i}', 'w').close()",
    "5,000 folders": "for i in range(5_000): os.mkdir(f'folder{i}')",
    "200 threads": (
        "done = threading.Event()\n"
        "try:\n"
        "    for _ in range(200): threading.Thread(target=done.wait, daemon=True).start()\n"
        "finally:\n"
        "    done.set()"
    ),
    "1,000 descriptors": (
        "kept = []\n"
        "try:\n"
        "    for _ in range(1000): kept.append(os.dup(0))\n"
        "finally:\n"
        "    for each in kept: os.close(each)"
    ),
    "a pipe of 1 MB": "fcntl.fcntl(os.pipe()[1], 1031, 2**20)",
}
