"""Hostile sources, and sources that no layer list can express, are refused with the line."""

from __future__ import annotations

import time

import pytest

from designer.audit.interpreter.network_finder import read_source
from designer.audit.interpreter.source_parser import SourceRefused
from designer.errors import InvalidRequest
from designer.limits import MAX_AUDIT_SOURCE

NETWORK = """
class Net(nn.Module):
    def __init__(self{more}):
        super().__init__()
        {init}

    def forward(self, x{arguments}):
        {forward}
"""


def network(
    init: str = "self.a = nn.Conv2d(3, 8, 3)",
    forward: str = "return self.a(x)",
    more: str = "",
    arguments: str = "",
) -> str:
    return NETWORK.format(init=init, forward=forward, more=more, arguments=arguments)


DOUBLED = "a = [1]\nb = [1]\n" + "a = [a, a]\n" * 40 + "b = [b, b]\n" * 40
"""Two lists of 2⁴⁰ entries each, on 82 lines."""

HOSTILE = {
    "one megabyte": ("x = 1\n" * 170_000, MAX_AUDIT_SOURCE // 6 + 1),
    "deep brackets": ("a = 1\nnn.Sequential(" + "[" * 5000 + "]" * 5000 + ")", 2),
    "deep calls": ("f(" * 50 + ")" * 50 + "\nnn.Sequential(" + "f(" * 3000, 2),
    "deep minus": ("a = 1\nb = " + "-" * 90_000 + "1", 2),
    "deep sum": ("a = 1\nb = 1" + "+1" * 90_000 + "\nnn.Sequential(nn.Linear(b, 2))", 2),
    "deep attributes": ("a" + ".b" * 90_000, 1),
    "huge literal": ("nn.Sequential(nn.Linear(" + "9" * 60_000 + ", 2))", 1),
    "huge power": ("\nnn.Sequential(nn.Linear(10 ** 10 ** 10, 2))", 2),
    "huge shift": ("\n\nnn.Sequential(nn.Linear(1 << 4000, 2))", 3),
    "huge list": ("nn.Sequential(*[nn.ReLU()] * 10 ** 9)", 1),
    "huge text": ("a = 'a' * 10 ** 12\nnn.Sequential(nn.Linear(len(a), 2))", 1),
    "comprehensions": (
        "\nnn.Sequential(*[nn.Linear(3, 3) for a in range(4000) for b in range(4000)])",
        2,
    ),
    "loops": (
        network("for i in range(4000):\n            for j in range(4000):\n                a = i"),
        7,
    ),
    "a loop without end": (network("while True:\n            pass"), 5),
    "recursion": (
        network("self.a = self.make()\n    def make(self):\n        return self.make()"),
        7,
    ),
    "a network that contains itself": (network("self.a = Net()"), 5),
    "a huge hexadecimal": ("a = 1\nnn.Sequential(nn.Linear(0x" + "f" * 90_000 + ", 2))", 2),
    "names for every class": (
        "".join(f"a{i} = {i}\n" for i in range(5_000)) + "class C: pass\n" * 3_000,
        5_144,
    ),
    "doubling lists, compared": (DOUBLED + "c = a == b\nnn.Sequential(nn.ReLU())", 83),
    "doubling lists, as text": (DOUBLED + "c = str(a)\nnn.Sequential(nn.ReLU())", 83),
    "doubling lists, formatted": (DOUBLED + "c = f'{a}'\nnn.Sequential(nn.ReLU())", 83),
    "doubling lists, by percent": (DOUBLED + "c = '%s' % a\nnn.Sequential(nn.ReLU())", 83),
    "doubling lists, as a kernel": (DOUBLED + "nn.Sequential(nn.Conv2d(3, 8, a))", 83),
    "a list that contains itself": ("a = []\na.append(a)\nnn.Sequential(nn.Conv2d(3, 8, a))", 3),
    "a loop at module level": ("a = 1\nwhile a:\n    a = a\nnn.Sequential(nn.ReLU())", 2),
    "257 layers": ("nn.Sequential(*[nn.Conv2d(3, 3, 1) for _ in range(257)])", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_is_refused_at_its_line(name: str) -> None:
    """No hang, no crash, no run: a refusal that names the line."""
    text, line = HOSTILE[name]
    start = time.process_time()
    with pytest.raises(SourceRefused) as refused:
        read_source(text, input_shape=(3, 32, 32))
    assert time.process_time() - start < 2
    assert refused.value.line == line
    assert f"line {line}: " in str(refused.value)
    assert refused.value.errors[0].pointer == "/source"


def test_repeated_base_classes_are_read_once() -> None:
    """Forty classes of three bases each have 3⁴⁰ paths to the root, and one network."""
    text = "class A(nn.Module): pass\n" + "class A(A, A, A): pass\n" * 40
    text += "class B: pass\nc = isinstance(A(), B)\nnn.Sequential(nn.Conv2d(3, 8, 3))"
    assert len(read_source(text, input_shape=(3, 32, 32)).layers) == 1


UNFOLLOWED = {
    "a sum in place that grows": (
        network("self.a = nn.Conv2d(3, 1, 1)", "y = self.a(x)\n        y += x\n        return y"),
        9,
        "output with shape [2, 1, 32, 32] doesn't match the broadcast shape [2, 3, 32, 32]",
    ),
    "a local response norm of a vector": (
        "nn.Sequential(\n    nn.Flatten(),\n    nn.LocalResponseNorm(8),\n)",
        3,
        "needs a map",
    ),
    "no Python": ("nn.Sequential(nn.Conv2d(3, 8, 3)", 1, "this is not valid Python"),
    "an empty source": ("", 1, "no network is found"),
    "no network": ("x = 3\n", 1, "no network is found"),
    "a call of the system": (
        "import os\nnn.Sequential(os.system('true'))",
        2,
        "one of its modules cannot be followed",
    ),
    "an import": ("nn.Sequential(__import__('os').system('true'))", 1, "is not known"),
    "shadowed torch": (
        "class Fake:\n    Conv2d = 3\nnn = Fake()\nnn.Sequential(nn.Conv2d(3, 8, 3))",
        1,
        "no network",
    ),
    "a shadowed layer": (
        "from torch import nn\nnn.Conv2d = None\nConv2d = 5\nnn.Sequential(Conv2d)",
        4,
        "is not a module",
    ),
    "no default": (
        network("self.a = nn.Conv2d(3, width, 3)", more=", width"),
        3,
        "width has no default",
    ),
    "a file": (
        network("self.a = nn.Conv2d(3, int(open('w').read()), 3)"),
        5,
        "out_channels cannot",
    ),
    "an unknown module": (network("self.a = nn.LSTM(3, 8)", "return self.a(x)[0]"), 5, "nn.LSTM"),
    "a branch": (
        network(
            "self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 3)",
            "return self.a(x) + self.b(x)",
        ),
        5,
        "a branch",
    ),
    "labels": (
        network(forward="return torch.cat([self.a(x), y], 1)", arguments=", y"),
        7,
        "y has no default",
    ),
    "a permutation": (
        network(forward="return self.a(x).permute(0, 2, 3, 1)"),
        8,
        "permute(…) on a tensor",
    ),
    "a random branch": (
        network(forward="if x.mean() > 0:\n            x = x\n        return self.a(x)"),
        8,
        "mean",
    ),
    "an unknown argument": (
        "nn.Sequential(nn.Conv2d(3, 8, 3, dilatation=2))",
        1,
        "dilatation is not known",
    ),
    "a negative kernel": ("nn.Sequential(nn.Conv2d(3, 8, -3))", 1, "kernel_size must be 1 to"),
    "a kernel of text": (
        "nn.Sequential(nn.Conv2d(3, 8, '3'))",
        1,
        "kernel_size must be an integer",
    ),
    "two networks": (
        "a = nn.Sequential(nn.Conv2d(3, 8, 3))\nb = nn.Sequential(nn.Conv2d(3, 4, 3))",
        2,
        "several",
    ),
    "settings from a command line": (
        "import argparse\nopt = argparse.ArgumentParser().parse_args()\n"
        "nn.Sequential(nn.Linear(opt.latent_dim, 5))",
        2,
        "so in_features cannot be followed on line 3",
    ),
    "settings from a file": (
        "cfg = yaml.safe_load(1)\nnet = nn.Sequential(nn.Linear(cfg['latent'], 5))",
        1,
        "so in_features cannot be followed on line 2",
    ),
    "a missing argument": (
        "a = 1\nnet = nn.Sequential(nn.Conv2d(3, 5))",
        2,
        "kernel_size is required",
    ),
    "an unknown class": (network("self.a = Block(3, 8)"), 5, "Block is not known"),
    "two heads": (
        network(
            "self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 3)",
            "return torch.cat([self.a(x), self.b(x)], 1)",
        ),
        5,
        "a branch",
    ),
    "one channel of all": (network(forward="return self.a(x)[:, 0]"), 8, "only slices"),
    "slices for more axes": (network(forward="return self.a(x)[:, :, :, :, :]"), 8, "5 slices"),
    "new axes and a cut": (
        network(forward="return self.a(x)[:, None, 1:]"),
        8,
        "new axes together",
    ),
    "an axis that does not exist": (
        "nn.Sequential(nn.Conv2d(3, 8, 3), nn.Unflatten(7, (2, 4)))",
        1,
        "there is no axis 7",
    ),
    "a product with an unknown value": (
        network(forward="return self.a(x).mul(self.scale)"),
        8,
        "a value that cannot be followed",
    ),
    "an empty list": (network(forward="return [].pop()(self.a(x))"), 8, "not followed"),
    "a division by zero": ("nn.Sequential(nn.Conv2d(3, 8 // 0, 3))", 1, "cannot be computed"),
    "a typed batch": (network(forward="return self.a(x).view(64, -1)"), 8, "must be the batch"),
    "a yield": (network(forward="yield self.a(x)"), 2, "the network's return value"),
    "a try": (
        network(
            forward="try:\n            return self.a(x)\n        except ValueError:\n            pass"
        ),
        8,
        "Try",
    ),
}


@pytest.mark.parametrize("name", UNFOLLOWED)
def test_unsupported_constructs_are_refused_with_their_line(name: str) -> None:
    """The detail has the reason, the facts have the line."""
    text, line, words = UNFOLLOWED[name]
    with pytest.raises(SourceRefused, match="line") as refused:
        read_source(text, input_shape=(3, 32, 32))
    assert words in str(refused.value)
    assert refused.value.errors[0].facts["line"] == line


@pytest.mark.parametrize("call", ["x.squeeze()", "torch.squeeze(x)", "x.squeeze(0)"])
def test_a_squeeze_of_the_batch_axis_is_refused(call: str) -> None:
    """With a batch of 1 only; with 2 samples the same text squeezes the other axes."""
    text = network("self.a = nn.Conv2d(3, 8, 32)", f"x = self.a(x)\n        return {call}")
    assert read_source(text, input_shape=(3, 32, 32)).layers[0].op == "conv"
    with pytest.raises(SourceRefused, match=r"line 9: .* takes the batch axis away as well"):
        read_source(text, input_shape=(3, 32, 32), batch=1)
    named = text.replace(call, "x.squeeze(3).squeeze(2)")
    assert len(read_source(named, input_shape=(3, 32, 32), batch=1).layers) == 3


def test_a_norm_is_no_activation() -> None:
    """A norm is a layer of its own; an unsupported one is text, beside the activation."""
    text = "nn.Sequential(nn.Conv2d(3, 8, 3), nn.InstanceNorm2d(8), nn.ReLU())"
    conv, norm = read_source(text, input_shape=(3, 8, 8)).layers
    assert (conv.norm, norm.op, norm.activation) == (None, "instance_norm", "relu")
    text = text.replace("InstanceNorm2d", "LocalResponseNorm")
    (layer,) = read_source(text, input_shape=(3, 8, 8)).layers
    assert (layer.norm, layer.activation) == ("local", "relu")


def test_the_network_that_accepts_the_input_is_chosen() -> None:
    """A generator and a discriminator in one file."""
    both = "g = nn.Sequential(nn.ConvTranspose2d(100, 8, 4))\nd = nn.Sequential(nn.Conv2d(3, 8, 4))"
    assert [layer.op for layer in read_source(both, input_shape=(3, 8, 8)).layers] == ["conv"]
    assert read_source(both, input_shape=(100, 1, 1)).layers[0].op == "conv_transpose"


def test_a_source_refusal_is_an_invalid_request() -> None:
    """Code and line are in the same fields as in every refusal."""
    with pytest.raises(InvalidRequest) as refused:
        read_source("nn.Sequential(nn.LSTM(3, 4))", input_shape=(3, 8))
    assert refused.value.code == "cannot_follow"
    assert refused.value.facts == {"line": 1}
