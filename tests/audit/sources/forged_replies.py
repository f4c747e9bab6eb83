"""Texts that write a reply of their own to the fork server, and texts that look for secrets."""

from __future__ import annotations

from tests.audit.sources.hostile_sources import Texts

_FORGE = """
import json, os, sys, time
frame = sys._getframe()
while 'channel' not in frame.f_locals: frame = frame.f_back
channel = frame.f_locals['channel']
def forge(body):
    data = memoryview(len(body).to_bytes(8, 'big') + body)
    while data:
        try: data = data[os.write(channel.write_fd, data[:65536]):]
        except BlockingIOError: pass
def reply(trace, **more):
    message = {'measurements': {'trace': trace}, 'threads': 1, 'resident_bytes': 1, **more}
    forge(json.dumps(message).encode())
def verdict(**more):
    node = {'name': 'a', 'class': 'Lovely', 'settings': {}, 'input_shapes': [[2, 3, 8, 8]], 'output_shape': [2, 1],
            'sources': [-1], 'is_module': True, 'parameters': 0}
    trace = {'inputs': [{'shape': [3, 8, 8], 'dtype': 'float32'}], 'nodes': [node], 'outputs': [2, 1]}
    return {'candidates': [{'class': 'Lovely', 'expression': 'Lovely()', 'rank': 0, 'trace': {**trace, **more}}]}
"""

CONVOLUTION = (
    "{'name': '', 'class': 'Conv2d', 'torch_class': 'Conv2d', 'is_module': True, 'parameters': 1,"
    " 'settings': {'in_channels': 3, 'out_channels': 3, 'kernel_size': [1, 1], 'stride': [2**40, 2**40]},"
    " 'input_shapes': [[2, 3, 1, 1]], 'output_shape': [2, 3, 1, 1], 'sources': [-1]}"
)

FORGED: Texts = {
    name: f"{_FORGE}{text}\n{end}\n"
    for name, text, end in (
        ("a lovely verdict", "reply(verdict())", "while id: pass"),
        ("a lovely verdict and an exit", "reply(verdict())", "os._exit(0)"),
        ("two replies", "reply(verdict())\nreply(verdict())", ""),
        ("an accident", "forge(json.dumps({'accident': 'x' * 10**6, 'facts': {}}).encode())", "os._exit(0)"),
        ("layers that are missing", "forge(b'{\"missing_layers\": [\"seccomp\"]}')", "os._exit(0)"),
        ("an end by itself", "forge(b'{\"accident\": \"x\", \"ended\": true}')", "os._exit(0)"),
        ("no object", "forge(b'[1, 2]')", "os._exit(0)"),
        ("nothing", "forge(b'')", "os._exit(0)"),
        ("no JSON", "forge(b'\\xff' * 1000)", "os._exit(0)"),
        ("NaN", "reply(verdict(outputs=[float('nan')]))", "os._exit(0)"),
        ("an infinite shape", "reply(verdict(outputs=[2, float('inf')]))", "os._exit(0)"),
        ("a negative shape", "reply(verdict(outputs=[2, -1]))", "os._exit(0)"),
        ("wrong types", "reply({'candidates': 7, 'stubbed': 'x', 'skipped': {}})", "os._exit(0)"),
        ("no inputs", "reply(verdict(inputs=[]))", "os._exit(0)"),
        ("other inputs", "reply(verdict(inputs=[{'shape': [2**40] * 4, 'dtype': 'bool'}]))", "os._exit(0)"),
        ("deep JSON", "forge(b'[' * 10**6)", "os._exit(0)"),
        ("many values", "forge(b'[' + b'[],' * (4 * 10**6) + b'0]')", "os._exit(0)"),
        ("a long integer", "forge(b'1' * 10**6)", "os._exit(0)"),
        ("a length without end", "os.write(channel.write_fd, b'\\xff' * 8)", "while id: pass"),
        ("half a message", "os.write(channel.write_fd, (100).to_bytes(8, 'big') + b'{')", "os._exit(0)"),
        ("half a message and a wait", "os.write(channel.write_fd, (9).to_bytes(8, 'big'))", "while id: pass"),
        ("17 MiB", "reply({'x': 'x' * 17 * 2**20})", "os._exit(0)"),
        ("many nodes", "reply(verdict(nodes=[" + CONVOLUTION + "] * 9000))", "os._exit(0)"),
        ("strides without end", "reply(verdict(nodes=[{**" + CONVOLUTION + ", 'sources': [i - 1]} for i in range(900)]))", "os._exit(0)"),
        ("many edges", "reply(verdict(nodes=[{**" + CONVOLUTION + ", 'sources': [-1] * 4000} for i in range(300)]))", "os._exit(0)"),
        ("text on every descriptor", "for each in range(3, 64):\n    try: os.write(each, b'x' * 10**5)\n    except OSError: pass", "os._exit(0)"),
    )
}  # fmt: skip
"""Replies that a text writes itself; those of the agreed form are about the text itself."""

_LOOK = "found = []\ndef look(*given):\n    for each in given:\n        try: found.append(each())\n        except BaseException as error: found.append(type(error).__name__)\nimport os, socket, sys, ctypes\n"
_TELL = "\nraise ValueError(repr(found))\n"

CURIOUS: Texts = {
    name: f"{_LOOK}{text}{_TELL}"
    for name, text in {
        "variables": "look(lambda: dict(os.environ), lambda: open('/proc/self/environ', 'rb').read(), lambda: open('/proc/1/environ', 'rb').read())",
        "variables of parents": "look(*[lambda i=i: open(f'/proc/{i}/environ', 'rb').read() for i in range(1, 200)])\nlook(lambda: open(f'/proc/{os.getppid()}/environ').read())",
        "the state folder": "look(lambda: os.listdir('PLANTED'), lambda: open('PLANTED/state').read(), lambda: os.readlink('PLANTED/link'))",
        "the keys file": "look(lambda: open('PLANTED/keys').read(), lambda: os.stat('PLANTED/keys').st_size, lambda: open('/proc/self/root/PLANTED/keys').read())",
        "the caller's folder": "look(lambda: os.getcwd(), lambda: os.listdir('.'), lambda: open('CALLED_IN/secret').read(), lambda: open('/proc/1/cwd/secret').read())",
        "users": "look(lambda: open('/etc/passwd').read(), lambda: open('/etc/shadow').read(), lambda: os.listdir('/root'), lambda: os.listdir('/home'))",
        "descriptors": "look(*[lambda i=i: os.pread(i, 1000, 0) for i in range(64)], lambda: [os.readlink(f'/proc/self/fd/{i}') for i in os.listdir('/proc/self/fd')])",
        "memory of parents": "look(lambda: open(f'/proc/{os.getppid()}/mem', 'rb').read(1), lambda: ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))",
        "sockets": "look(*[lambda f=f, k=k: socket.socket(f, k) for f in (1, 2, 10, 16, 17, 38, 40) for k in (1, 2, 3)], lambda: socket.create_connection(('127.0.0.1', 22), timeout=1), lambda: socket.getaddrinfo('example.org', 80))",
        "an upward path": "look(*[lambda n=n: open('../' * n + 'PLANTED/state').read() for n in range(12)])",
        "a namespace": "look(lambda: ctypes.CDLL(None).unshare(0x10000000), lambda: ctypes.CDLL(None).chroot(b'/'), lambda: open('PLANTED/state').read())",
    }.items()
}  # fmt: skip
"""Texts that tell what they could learn; PLANTED and CALLED_IN are replaced by real folders."""
