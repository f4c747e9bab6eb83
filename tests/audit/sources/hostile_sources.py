"""Hostile sources by family, for audits: what each does is bounded, so none harms a machine.

``STOPPED`` never end by themselves, ``FAILING`` raise or end their process, ``LYING`` may get a
verdict about what they say of themselves.
"""

from __future__ import annotations

from textwrap import indent

Texts = dict[str, str]

HONEST = (
    "class Honest(nn.Sequential):\n    def __init__(self): super().__init__(nn.Conv2d(3, 4, 3))\n"
)


def network(*, made: str = "pass", called: str = "pass") -> str:
    """A network that does something when it is made, or when it is called."""
    return (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.a = nn.Conv2d(3, 4, 3)\n{indent(made, ' ' * 8)}\n"
        f"    def forward(self, x):\n{indent(called, ' ' * 8)}\n        return self.a(x)\nnet = Net()\n"
    )


def _method(name: str, body: str = "while id: pass") -> str:
    """A network with a method that does something."""
    return f"{network()}class Hostile(Net):\n    def {name}(self, *given):\n        {body}\nnet = Hostile()\n"


LOOPS: Texts = {
    "in the text": "while id: pass",
    "in forward": network(called="while id: pass"),
    "in the constructor": network(made="while id: pass"),
    "in a class body": "class Net(nn.Module):\n    while id: pass",
    "in a pattern": "import re\nre.match('(a*)*b', 'a' * 64)",
    "in one number": "x = pow(3, 10**9) % 7",
    "in a generator": "list(iter(int, 1))",
    "that catches everything": "def go():\n    while id:\n        try:\n            while id: pass\n        except BaseException: pass\ngo()",
    "in __hash__": _method("__hash__"),
    "in __getattr__": _method("__getattr__"),
    "in named_modules": _method("named_modules"),
    "in parameters": _method("parameters"),
    "in __call__": _method("__call__"),
    "in a metaclass": "class Meta(type):\n    def __new__(cls, *given):\n        while id: pass\nclass Net(nn.Module, metaclass=Meta): pass",
    "in the message of an exception": "class E(Exception):\n    def __str__(self):\n        while id: pass\nraise E()",
    "in a property": "class Net(nn.Sequential):\n    @property\n    def forward(self):\n        while id: pass\nnet = Net(nn.Conv2d(3, 4, 3))",
    "in the output": network(
        called="class D(dict):\n    def items(self):\n        while id: yield 'a', x\nreturn D(a=x)"
    ),
    "in a __torch_function__": "class T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, *given, **named):\n        while id: pass\nx = torch.zeros(1).as_subclass(T) + 1",
    "in an import hook": "import sys\nclass F:\n    def find_spec(self, *given):\n        while id: pass\nsys.meta_path.insert(0, F())\nimport unheard_of",
    "in a trace function": "import sys\ndef trace(*given):\n    while id: pass\nsys.settrace(trace)\ndef f(): pass\nf()",
    "of two files": "FILES:import b\n-----\nimport a\nwhile id: pass",
    "in the expression of the network": "NETWORK:[0 for _ in iter(int, 1)]",
    "at exit": "import atexit, os, signal\nsignal.signal(signal.SIGALRM, lambda *given: None)\ndef go():\n    while id: pass\natexit.register(go)\ngo()",
    "a sleep": "import select\nselect.select([], [], [], 60)",
    "a lock": "import threading\nthreading.Lock().acquire() and threading.Lock().acquire()\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "a stopped process": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "closed descriptors": "import os\nos.closerange(0, 256)\nwhile id: pass",
}
"""Endless loops and waits, wherever the tracer meets them; it leaves out ``while True`` by itself."""

BOMBS: Texts = {
    "tensors": "kept = [torch.ones(2**28) for _ in range(100)]",
    "text": "kept = ['x' * 10**9 + str(i) for i in range(100)]",
    "a list": "kept = [0] * 10**12",
    "an integer": "x = 1 << (1 << 36)",
    "digits of an integer": "raise ValueError(10**5000)",
    "a huge layer": "net = nn.Linear(2**20, 2**20)\nnet = nn.Sequential(net)",
    "recursion": "def f(): return f()\nf()",
    "recursion in C": "x = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
    "nested parentheses": "x = " + "(" * 5000 + ")" * 5000,
    "nested minus": "x = " + "-" * 50_000 + "1",
    "nested blocks": "".join(f"{' ' * depth}if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "a long sum": "x = " + "+".join(["1"] * 20_000),
    "a file": "open('huge', 'wb').truncate(10**12)",
    "many files": "for i in range(10**5): open(f'f{i}', 'wb').write(b'x' * 10**6)",
    "a huge output": "print('x' * 10**9)\nraise ValueError",
    "a huge message": "raise ValueError('x' * 10**8)",
    "a hostile message": "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E()",
    "a message that is no text": "class E(Exception):\n    def __str__(self): return 7\nraise E()",
    "an exception of no kind": "class E(BaseException): pass\nraise E()",
    "a GeneratorExit": "raise GeneratorExit",
    "a long name": "class E(Exception): pass\nE.__name__ = 'x' * 10**7\nraise E()",
    "surrogates": "raise ValueError(chr(0xd800) * 100)",
    "a null": "x = '\0'",
    "an exit": "import os\nos._exit(0)",
    "an abort": "import os\nos.abort()",
    "a wrong address": "import ctypes\nctypes.string_at(0)",
    "a killed parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)",
    "forks": "import os\nwhile id:\n    try: os.fork()\n    except OSError: raise SystemExit",
    "threads": "import threading, select\nfor _ in range(10**4):\n    threading.Thread(target=select.select, args=([], [], [], 60)).start()",
    "another program": "import subprocess\nsubprocess.run(['sleep', '60'])",
    "a notebook": '{"cells": ' + "[" * 50_000,
    "a notebook of numbers": '{"cells": [' + "1" * 20_000 + "]}",
    "a low recursion limit": "import sys\nsys.setrecursionlimit(20)",
    "replaced json": "import json\njson.dumps = json.loads = None",
    "replaced builtins": "import builtins\nfor name in ('len', 'isinstance', 'getattr', 'str', 'type', 'list'): setattr(builtins, name, None)",
    "no modules": "import sys\nsys.modules.clear()",
    "a replaced os": "import os\nos.write = os.read = lambda *given: 1 / 0",
    "slow imports": "import torch._dynamo, torch.distributed, torch.onnx, sympy, networkx",
}
"""Bombs, crashes and damage to the process, after which the text has no network."""

LIES: Texts = {
    "a class that lies about its name": f"{HONEST}Honest.__name__ = 'x' * 10**6\nnet = Honest()",
    "a name that is no text": "class Net(nn.Module):\n    __module__ = 7\n    def forward(self, x): return x\nnet = Net()",
    "a false __class__": "class Net(nn.Module):\n    __class__ = property(lambda self: 1 / 0)\n    def forward(self, x): return x\nnet = Net()",
    "a network that equals all": _method("__eq__", "raise ValueError"),
    "a false repr": _method("__repr__", "raise SystemExit"),
    "a false forward": network(called="return torch.zeros(7, 7)"),
    "a nested output": network(called="y = x\nfor _ in range(500): y = [y]\nreturn y"),
    "an output of itself": network(called="y = []\ny += [y, y, y]\nreturn y"),
    "a wide output": network(called="return [x] * 10**6"),
    "a dictionary of objects": network(called="return {object(): x, 1: x, None: x}"),
    "a large output": network(called="return self.a(x)[:1].expand(10**6, 4, 6, 6)"),
    "huge shapes": network(called="return x[:1, :1, :1, :1].expand(2**20, 2**20, 2**10, 2**10)"),
    "a shape of many axes": network(called="return x.reshape(*x.shape, *[1] * 60)"),
    "many calls": network(called="for _ in range(6000): x = x[:, :, :, :].flip(0)"),
    "many modules": "net = nn.Sequential(*[nn.Identity() for _ in range(10**5)])",
    "deep modules": "net = nn.Conv2d(3, 4, 3)\nfor _ in range(900): net = nn.Sequential(net)",
    "a module in itself": f"{network()}net.me = net",
    "many candidates": "\n".join(
        f"class N{i}(nn.Sequential): pass\nn{i} = N{i}(nn.ReLU())" for i in range(1500)
    ),
    "many made modules": f"{HONEST}kept = [Honest() for _ in range(10**5)]",
    "strides without end": "net = nn.Sequential(*[nn.Conv2d(3, 3, 1, 10**6) for _ in range(900)])",
    "replaced torch": f"torch.nn.Conv2d.forward = lambda self, x: x\n{network()}",
    "a replaced call": f"nn.Module.__call__ = lambda self, *given: torch.zeros(2, 3)\n{network()}",
    "replaced tracer": f"import gc\nfor each in gc.get_objects():\n    if type(each) is type and each.__name__ == 'Recorder': each.__torch_function__ = None\n{network()}",
    "replaced frames": f"import sys\nframe = sys._getframe()\nwhile frame:\n    frame.f_locals.clear(); frame.f_globals.clear(); frame = frame.f_back\n{network()}",
    "collected objects": f"import gc\ngc.callbacks.append(lambda *given: 1 / 0)\ngc.collect()\n{network()}",
    "changed descriptors": f"import os\nfor each in range(3): os.dup2(0, each)\n{network()}",
    "a random seed": f"torch.set_num_threads(8)\ntorch.set_default_dtype(torch.float64)\n{network()}",
    "a default device": f"torch.set_default_device('meta')\n{network()}",
    "a hook": f"from torch.nn.modules import module\nmodule.register_module_forward_hook(lambda *given: torch.zeros(1))\n{network()}",
    "a __del__": f"class D:\n    def __del__(self): raise SystemExit\n{network()}D()\n",
    "children that outlive it": f"import os, select\nif os.fork() == 0:\n    os.setsid()\n    select.select([], [], [], 60)\n{network()}",
    "a thread that stays": f"import threading, select\nthreading.Thread(target=select.select, args=([], [], [], 60), daemon=True).start()\n{network()}",
    "a file named torch": "FILES:import torch\nimport torch.nn as nn\nnet = nn.Sequential(nn.ReLU())\n-----\nx = 1/0",
}
"""Texts with a network of which they may say what is not true."""
