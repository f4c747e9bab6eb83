"""Edits of rendered sources that hide a trigger or an extra.

``»`` marks the line that the check must name.
"""

from __future__ import annotations

from typing import NamedTuple

from designer.brief.brief_json import brief_from_document
from designer.pipeline.make_design import design


class Edit(NamedTuple):
    """The replacement of a text that occurs in one of ``TEXTS``; its first occurrence is replaced."""

    source: str
    before: str
    after: str

    def apply(self) -> tuple[str, int, str]:
        """The edited source, and the number and the text of the marked line."""
        text = TEXTS[self.source]
        assert self.before in text
        marked = text.replace(self.before, self.after, 1)
        number = marked[: marked.index("»")].count("\n") + 1
        edited = marked.replace("»", "")
        return edited, number, edited.splitlines()[number - 1].strip().split("  # ")[0]


def source_of(**brief: object) -> str:
    """The source of a brief."""
    return design(brief_from_document({"latent_dim": 100, "verify": "none"} | brief)).source.text


DOUBLED = {"kernel_size": 4, "stride": 2, "padding": 1}
TALLER = {"kernel_size": [4, 3], "stride": [2, 1], "padding": 1}
TEXTS = {
    "dcgan": source_of(resolution=16, chain=[DOUBLED] * 2),
    "options": source_of(
        resolution=[32, 16],
        chain=[TALLER, DOUBLED],
        upsampling="subpixel",
        normalization="group",
        classes=3,
        discriminator={"normalization": "spectral"},
        encoder=True,
    ),
    "signals": source_of(resolution=[64], chain=[DOUBLED] * 2, upsampling="subpixel"),
}
"""A DCGAN, and sources with other parts."""

CALL = "image: torch.Tensor = self.main(latent)\n"
START = "        super().__init__()\n"
FORWARD = "def forward(self, latent: torch.Tensor) -> torch.Tensor:"
WIDTH = "width = [min(base_channels * 2**k, 512) for k in range(2)]"
MAIN = "        self.main = nn.Sequential("
GENERATOR = "class Generator(nn.Module):\n"
DISCRIMINATOR = "class Discriminator(nn.Module):\n"
FLATTENED = "        return probability.flatten()\n"
WEIGHTS_INIT = "def weights_init(module: nn.Module) -> None:\n"


def text_from(start: str, end: str | None = None) -> str:
    """The part of the DCGAN from one line up to another, or up to the end."""
    text = TEXTS["dcgan"]
    return text[text.index(start) : None if end is None else text.index(end)]


def before_call(statement: str) -> Edit:
    """An additional statement at the start of the generator's ``forward``."""
    return Edit("dcgan", CALL, f"»{statement}\n        {CALL}")


def guarded(test: str) -> Edit:
    """A branch of the generator's ``forward``."""
    return before_call(f"if {test}:\n            return latent")


def instead_of_call(expression: str) -> Edit:
    """Another expression in place of the generator's call of ``main``."""
    return Edit("dcgan", CALL, f"»image: torch.Tensor = {expression}\n")


def in_constructor(statement: str) -> Edit:
    """An additional statement at the end of the generator's constructor."""
    return Edit("dcgan", "        )\n\n", f"        )\n        »{statement}\n\n")


def before_layers(statement: str) -> Edit:
    """An additional statement before the generator's layers."""
    return Edit("dcgan", MAIN, f"        »{statement}\n{MAIN}")


def forward_as(header: str) -> Edit:
    """Another header of the generator's ``forward``."""
    return Edit("dcgan", FORWARD, f"»{header}")


def instead_of_tanh(layer: str) -> Edit:
    """Another element in place of the generator's last layer."""
    return Edit("dcgan", "nn.Tanh(),", f"»{layer},")


def before_weights_init(code: str) -> Edit:
    """Additional code at the top level, after the networks."""
    return Edit("dcgan", WEIGHTS_INIT, f"»{code}\n\n\n{WEIGHTS_INIT}")


def in_class(code: str) -> Edit:
    """Additional code in the class of the generator."""
    return Edit("dcgan", f"    {FORWARD}", f"    »{code}\n\n    {FORWARD}")


EDITS = {
    "import of the clock": Edit("dcgan", "from torch import nn", "from torch import nn\n»import time"),
    "import of sys": Edit("dcgan", "import torch", "»import sys\nimport torch"),
    "import under another name": Edit("dcgan", "import torch", "»import torch.fx as torch"),
    "import that hides torch": Edit("dcgan", "from torch import nn", "»from torch import nn as torch"),
    "import of another name": Edit("dcgan", "from torch import nn", "»from torch import nn, cuda"),
    "import of all names": Edit("dcgan", "from torch import nn", "»from torch import *"),
    "relative import": Edit("dcgan", "from torch import nn", "»from .torch import nn"),
    "import in a function": before_call("import time"),
    "branch on the clock": guarded("__import__('time').time() > 0"),
    "branch on sys.modules": guarded("'pytest' in torch.sys.modules"),
    "branch on the environment": guarded("torch.os.environ.get('CI')"),
    "branch on the batch": guarded("len(latent) > 3"),
    "branch on the width": guarded("latent.shape[1] > 50"),
    "branch on the mode": guarded("self.training"),
    "branch on gradients": guarded("torch.is_grad_enabled()"),
    "branch on the dtype": guarded("latent.dtype is torch.float64"),
    "branch on the class of the caller": guarded("type(self) is not Generator"),
    "branch on the stack": guarded("torch.sys._getframe(1).f_code.co_name == 'probe'"),
    "counter on self": before_call("self.calls += 1"),
    "attribute of self": before_call("self.calls = 1"),
    "counter in a default": forward_as("def forward(self, latent: torch.Tensor, calls: list = []):"),
    "counter in a global": before_call("global calls"),
    "try": before_call("try:\n            pass\n        finally:\n            pass"),
    "while": before_call("while latent.numel() > 9:\n            break"),
    "for": before_call("for _ in latent:\n            pass"),
    "with": before_call("with torch.no_grad():\n            pass"),
    "match": before_call("match len(latent):\n            case 3:\n                return latent"),
    "assertion": before_call("assert len(latent) < 9"),
    "exception": before_call("raise ValueError"),
    "deletion": before_call("del self.main[0]"),
    "yield": before_call("yield latent"),
    "pass": before_call("pass"),
    "call": before_call("print(latent)"),
    "nested function": before_call("def later() -> None:\n            pass"),
    "nested class": before_call("class Later:\n            pass"),
    "string before a statement": before_call("f'{latent}'"),
    "assignment before the call": before_call("latent = latent * 2"),
    "conditional expression": instead_of_call("self.main(latent) if len(latent) < 4 else latent"),
    "or": instead_of_call("latent is None or self.main(latent)"),
    "and": instead_of_call("len(latent) < 4 and self.main(latent)"),
    "comparison as a factor": instead_of_call("self.main(latent) * (len(latent) < 4)"),
    "slice of the input": instead_of_call("self.main(latent[:3])"),
    "slice of the output": instead_of_call("self.main(latent)[:3]"),
    "two arguments": instead_of_call("self.main(latent, latent)"),
    "keyword argument": instead_of_call("self.main(input=latent)"),
    "list as arguments": instead_of_call("self.main(*[latent])"),
    "dictionary as arguments": instead_of_call("self.main(latent, **{})"),
    "data": instead_of_call("self.main(latent.data)"),
    "detached input": instead_of_call("self.main(latent.detach())"),
    "private attribute": instead_of_call("self._modules['main'](latent)"),
    "part of the layers": instead_of_call("self.main[:-1](latent)"),
    "assignment expression": instead_of_call("(main := self.main)(latent)"),
    "lambda": instead_of_call("(lambda value: self.main(value))(latent)"),
    "comprehension": instead_of_call("torch.stack([*map(self.main, latent)])"),
    "other annotation": Edit("dcgan", CALL, "»image: 'torch.Tensor' = self.main(latent)\n"),
    "no annotation": Edit("dcgan", CALL, "»image = self.main(latent)\n"),
    "no return": Edit("dcgan", f"{CALL}        return image\n", f"»{CALL}"),
    "other variable returned": Edit("dcgan", "return image", "»return latent"),
    "annotation that runs code": forward_as("def forward(self, latent: print(1)) -> torch.Tensor:"),
    "result that runs code": forward_as("def forward(self, latent: torch.Tensor) -> print(1):"),
    "keyword-only argument": forward_as("def forward(self, *, latent: torch.Tensor) -> torch.Tensor:"),
    "positional argument": forward_as("def forward(self, latent: torch.Tensor, /) -> torch.Tensor:"),
    "further arguments": forward_as("def forward(self, latent: torch.Tensor, *more) -> torch.Tensor:"),
    "coroutine": forward_as(f"async {FORWARD}"),
    "decorated method": forward_as(f"@torch.no_grad()\n    {FORWARD}"),
    "default that runs code": Edit(
        "dcgan", "def __init__(self, latent_dim: int = 100", "»def __init__(self, latent_dim: int = len('a')"
    ),
    "default that is a bool": Edit(
        "dcgan", "def __init__(self, latent_dim: int = 100", "»def __init__(self, latent_dim: int = True"
    ),
    "hook": in_constructor("self.main.register_forward_hook(print)"),
    "other class": in_constructor("self.__class__ = nn.Identity"),
    "other forward": in_constructor("self.forward = self.main"),
    "counter in the constructor": in_constructor("self.calls = 0"),
    "buffer": in_constructor("self.register_buffer('calls', torch.zeros(1))"),
    "seed": in_constructor("torch.manual_seed(1)"),
    "second main": in_constructor("self.main = nn.Sequential(nn.Tanh())"),
    "branch on the width of the constructor": before_layers("if base_channels > 8:\n            return"),
    "changed widths": before_layers("width[0] = 8"),
    "condition in the widths": Edit("dcgan", WIDTH, f"»{WIDTH[:-1]} if k < base_channels]"),
    "other rule of the widths": Edit("dcgan", WIDTH, f"»{WIDTH.replace('2**k', '2**k % 9')}"),
    "width that depends on the channels": Edit("dcgan", WIDTH, f"»{WIDTH.replace('512', 'channels')}"),
    "other call of super": Edit("dcgan", START, "        »super(nn.Module, self).__init__()\n"),
    "no call of super": Edit("dcgan", START, "        »pass\n"),
    "conditional layer": instead_of_tanh("nn.Tanh() if base_channels < 64 else nn.Sigmoid()"),
    "layers in a list": instead_of_tanh("*[nn.Tanh()]"),
    "other layer": instead_of_tanh("nn.Dropout(0.5)"),
    "layer that is a network": instead_of_tanh("Discriminator()"),
    "layer of another module": instead_of_tanh("torch.nn.Tanh()"),
    "layer with a conditional argument": instead_of_tanh("nn.ReLU(inplace=base_channels > 8)"),
    "layer with a setting of its own": instead_of_tanh("nn.Conv2d(channels, channels, 1, groups=3)"),
    "setting that is an expression": instead_of_tanh("nn.Conv2d(channels, channels, 1, stride=channels)"),
    "settings in another order": instead_of_tanh("nn.Conv2d(channels, channels, 1, padding=0, stride=1)"),
    "settings in a dictionary": instead_of_tanh("nn.Conv2d(channels, channels, 1, **{})"),
    "no layers": before_layers("self.main = nn.Sequential()"),
    "decorated class": Edit("dcgan", GENERATOR, f"»@print\n{GENERATOR}"),
    "metaclass": Edit("dcgan", "class Generator(nn.Module)", "»class Generator(nn.Module, metaclass=type)"),
    "second base": Edit("dcgan", "class Generator(nn.Module)", "»class Generator(nn.Module, object)"),
    "other base": Edit("dcgan", "class Generator(nn.Module)", "»class Generator(nn.Sequential)"),
    "other name": Edit("dcgan", "class Generator(nn.Module)", "»class Generators(nn.Module)"),
    "method of lookups": in_class("def __getattr__(self, name): return name"),
    "method of calls": in_class("def __call__(self, latent): return latent"),
    "property": in_class("@property\n    def main(self): return nn.Tanh()"),
    "attribute of the class": in_class("training = False"),
    "annotation in the class": in_class("main: nn.Module"),
    "class without text": Edit("dcgan", '    """Latent', '    »b"""Latent'),
    "computed text": Edit("dcgan", '    """Latent', '    »f"""{1}Latent'),
    "second generator": before_weights_init("class Generator(nn.Module):\n    pass"),
    "generator twice": Edit("dcgan", DISCRIMINATOR, f"»{text_from(GENERATOR, DISCRIMINATOR)}{DISCRIMINATOR}"),
    "no weights_init": Edit("dcgan", text_from(FLATTENED), f"»{FLATTENED}"),
    "weights_init twice": Edit("dcgan", WEIGHTS_INIT, f"{text_from(WEIGHTS_INIT)}\n\n»{WEIGHTS_INIT}"),
    "second discriminator": Edit(
        "dcgan", WEIGHTS_INIT, f"»{DISCRIMINATOR}    main = 1\n\n\n{WEIGHTS_INIT}"
    ),
    "second weights_init": before_weights_init("def weights_init(module): pass"),
    "networks in another order": Edit("dcgan", GENERATOR, f"»{DISCRIMINATOR}    main = 1\n\n\n{GENERATOR}"),
    "other super": before_weights_init("super = object"),
    "other layer of torch": before_weights_init("nn.Tanh = nn.Sigmoid"),
    "setting of torch": before_weights_init("torch.set_num_threads(2)"),
    "variable": before_weights_init("calls = []"),
    "branch on the name of the module": before_weights_init("if __name__ == '__main__':\n    pass"),
    "text between the parts": before_weights_init("'calls'"),
    "encoding of the file": Edit("dcgan", '"""Generator', '»# coding: utf-7\n"""Generator'),
    "end of the text": Edit(
        "dcgan", "    elif isinstance(module, nn.BatchNorm2d):", "    else:\n        »pass\n\n\nif False:"
    ),
    "other test in weights_init": Edit(
        "dcgan", "isinstance(module, nn.BatchNorm2d):", "»isinstance(module, nn.BatchNorm2d) and torch.rand(1) > 0:"
    ),
    "further branch in weights_init": Edit(
        "dcgan", "    elif isinstance", "    »elif isinstance(module, nn.Tanh):\n        pass\n    elif isinstance"
    ),
    "other class in weights_init": Edit("dcgan", "nn.BatchNorm2d):", "»nn.Tanh):"),
    "unpacked arguments of the weights": Edit(
        "dcgan", "nn.init.normal_(module.weight, 0.0", "»nn.init.normal_(module.weight, *(), 0.0"
    ),
    "other weights": Edit("dcgan", "nn.init.normal_(module.weight, 0.0", "»nn.init.uniform_(module.weight, 0.0"),
    "drawn twice": Edit(
        "dcgan", "        nn.init.normal_(", "        nn.init.normal_(module.weight, 0.0, 0.02)\n        »nn.init.normal_("
    ),
    "labels in a slice": Edit("options", "self.embedding(labels).view_as", "»self.embedding(labels % 2).view_as"),
    "other axis of the labels": Edit("options", "(latent, label), dim=1", "»(latent, label), dim=2"),
    "label at random": Edit("options", "real + match)", "»real + match * torch.rand(1))"),
    "other features": Edit("options", "(features * label)", "»(features * label.relu())"),
    "other output": Edit("options", "return probability.flatten()", "»return logit.flatten()"),
    "sliced output": Edit("options", "return probability.flatten()", "»return probability.flatten()[:9]"),
    "code that is changed": Edit("options", "return code", "»return code + 0"),
    "groups of another width": Edit(
        "options", "nn.GroupNorm(group_count(width[1]), width[1])", "»nn.GroupNorm(group_count(width[0]), width[1])"
    ),
    "other count of groups": Edit("options", "% groups == 0)", "»% groups == 0 and channels < 99)"),
    "shuffle of a batch": Edit(
        "options", "        batch, channels, height", "        »if len(value) > 3:\n            return value\n        batch, channels, height"
    ),
    "order of a shuffle": Edit("options", "permute(0, 1, 4, 2, 5, 3)", "»permute(0, 1, 4, 2, 3, 5)"),
    "factor of a shuffle": Edit("signals", "self.pixels = factor", "»self.pixels = factor or 2"),
    "side of a shuffle": Edit("signals", "length * self.factor)", "»length * self.factor if batch < 9 else 1)"),
    "other pixels": Edit("options", "else shuffle.pixels", "»else len(layers)"),
    "strict pairs of layers": Edit("options", "strict=False", "»strict=True"),
    "gradients of the pixels": Edit("options", "with torch.no_grad():", "»with torch.enable_grad():"),
    "weights of spectral norm": Edit("options", "if not is_parametrized(module):", "»if is_parametrized(module):"),
    "spectral norm of two arguments": Edit("options", "nn.Embedding(3, width[", "»nn.Embedding(3, 2 * width["),
    "own spectral norm": Edit(
        "options", "from torch.nn.utils.parametrizations import spectral_norm", "»from torch.nn.utils import spectral_norm"
    ),
}  # fmt: skip
