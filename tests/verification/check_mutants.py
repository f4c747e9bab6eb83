"""Wrong texts for each check of a receipt, which the check itself must refute, whatever others say.

A check of both networks has edits that are made in both.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.verification.layer_edits import method
from tests.verification.network_edits import (
    Apply,
    at_top,
    before_return,
    both,
    changes,
    constructs,
    contains,
    receives,
    returns,
    starts,
)
from tests.verification.single_edits import ONCE_BACKWARD

Edit = Callable[[str], str]
STATISTICS = "[part for part in self.modules() if hasattr(part, 'running_mean')]"
NORMAL = "nn.init.normal_(module.weight, 0.0, 0.02)"
WIDTH = r"min\(base_channels \* 2\*\*k, 512\)"


def replaces(before: str, after: str) -> Edit:
    """A replacement of one text, which must exist."""

    def edit(text: str) -> str:
        assert before in text
        return text.replace(before, after, 1)

    return edit


def ends(line: str) -> Edit:
    """An additional last line."""
    return lambda text: f"{text}\n{line}\n"


def hooked(hook: str) -> Apply:
    """A hook on the output's gradient."""
    return before_return(
        f"result = OUT\nresult.requires_grad and result.register_hook({hook})", "result"
    )


def on_statistics(statement: str) -> Apply:
    """A statement for each batch norm after a call."""
    return before_return(f"result = OUT\nfor norm in {STATISTICS}:\n    {statement}", "result")


OUTPUTS = [receives("IN.flip(1)"), returns("OUT.flip(0)"), returns("OUT * 0.999")]
GRADIENTS = [
    returns("OUT.detach() * 2 - OUT"),
    returns("OUT * 2 - OUT.detach()"),
    hooked("lambda grad: grad * 1.001"),
]
BUFFERS = [
    on_statistics("norm.num_batches_tracked.add_(1)"),
    on_statistics("norm.running_mean.zero_()"),
    on_statistics("norm.running_var.mul_(1.01)"),
]

TEXT_MUTANTS: dict[str, list[Edit]] = {
    "text.sha256": [ends(""), lambda text: text[:-1], replaces("Generator and", "A generator and")],
    "text.compiles": [ends("def"), ends("x = = 1"), ends("]")],
    "text.imports": [ends("import os"), ends("import numpy"), ends("from sys import path")],
    "text.syntax": [
        replaces("self.main(latent)", "self.main(latent[:3])"),
        replaces("self.main(latent)", "(main := self.main)(latent)"),
        replaces("self.main(image)", "self.main(image) if len(image) < 99 else image"),
    ],
    "text.runs": [ends("raise ValueError"), ends("1 / 0"), ends("unknown")],
    "text.definitions": [
        replaces("latent_dim: int = 100", "latent_dim: int = 101"),
        replaces("forward(self, latent: torch.Tensor", "forward(self, latent: torch.Tensor, more=None"),
        replaces("def weights_init(module", "def weights_init(network"),
    ],
    "text.leaves_torch_alone": [
        ends("nn.init.normal_ = nn.init.uniform_"),
        ends("torch.manual_seed(1)"),
        ends("torch.set_flush_denormal(True)"),
    ],
    "text.group_count": [
        replaces("% groups == 0", "% groups == 0 and channels < 99"),
        replaces("% groups == 0", "% groups == 0 or channels == 129"),
        replaces("range(1, 33)", "range(1, 32)"),
    ],
    "initialisation": [
        lambda text: text.replace("0.0, 0.02)", "0.0, 0.021)"),
        replaces(NORMAL, "nn.init.trunc_normal_(module.weight, 0.0, 0.02, -0.04, 0.04)"),
        replaces(NORMAL, f"{NORMAL}\n        module.weight.data.abs_()"),
    ],
    "signal": [
        lambda text: text.replace("0.0, 0.02)", "0.0, 0.024)"),
        lambda text: text.replace("0.0, 0.02)", "0.0, 0.01)"),
        replaces(NORMAL, "nn.init.kaiming_normal_(module.weight)"),
    ],
    "gradient_signal": [
        lambda text: text.replace("0.0, 0.02)", "0.0, 0.016)"),
        replaces(NORMAL, "nn.init.xavier_normal_(module.weight)"),
        replaces(NORMAL, f"{NORMAL}\n        module.weight.data.mul_(2)"),
    ],
    "pixels_start_alike": [
        replaces("weight[::pixels].repeat_interleave(pixels, dim=0)", "weight"),
        replaces(".repeat_interleave(pixels, dim=0)", ".repeat(pixels, 1, 1, 1)"),
        replaces("weight[::pixels].repeat_interleave(pixels, dim=0))", "weight[::pixels].repeat_interleave(pixels, dim=0) * (1 + 1e-3 * torch.rand(len(conv.weight), 1, 1, 1)))"),
    ],
}  # fmt: skip
"""Edits of the whole text by check; ``initialisation`` is one of each network, as are the signals."""

NETWORK_MUTANTS: dict[str, list[Apply]] = {
    "layers": [
        constructs("self.main.append(nn.Identity())"),
        changes("bias=False", "bias=True"),
        changes(r"nn\.BatchNorm2d\(([^)]*)\)", r"nn.BatchNorm2d(\1, eps=1e-4)"),
    ],
    "parameters": [
        changes("bias=False", "bias=True"),
        constructs("self.extra = nn.Parameter(torch.ones(1))"),
        changes(r", 4, stride", ", 3, stride"),
    ],
    "parameters_at_other_widths": [
        changes("512", "511"),
        changes("512", "256"),
        changes(WIDTH, "min(base_channels * 2**k + base_channels // 16, 512)"),
    ],
    "parameters_as_run": [
        changes(WIDTH, "min(base_channels * 2**k, 512) + (base_channels < 8)"),
        changes(WIDTH, "min(base_channels * 2**k, 512) * (1 + (base_channels < 8))"),
        constructs("if base_channels < 8:\n    self.extra = nn.Parameter(torch.ones(1))"),
    ],
    "shapes": [
        changes("stride=2", "stride=3"),
        changes("padding=1", "padding=0"),
        constructs("self.main.append(nn.Flatten(0))"),
    ],
    "multiply_adds": [
        changes("stride=2", "stride=3"),
        changes("padding=1", "padding=0"),
        changes(r"self\.main\((\w+)\)", r"(self.main(\1) + self.main(\1)) / 2"),
    ],
    "activation_bytes": [
        returns("OUT.exp().log()"),
        receives("IN.sin()"),
        returns("OUT * OUT.abs()"),
    ],
    "range": [returns("OUT * 99"), returns("OUT - 2"), returns("OUT / 0")],
    "gradients": [
        receives("IN.detach()"),
        returns("OUT + next(self.parameters()).sum() * float('nan')"),
        hooked("torch.zeros_like"),
    ],
    "structure": [
        contains("return super().forward(value)"),
        constructs("self.main.register_forward_hook(lambda module, given, value: None)"),
        method("eval(self)", "return super().eval()"),
    ],
    "computes_the_design": OUTPUTS,
    "computes_the_gradients": GRADIENTS,
    "computes_the_buffers": BUFFERS,
    "computes_the_design_as_run": [
        receives("IN.bfloat16().to(IN.dtype)"),
        returns("OUT / 2 if IN.dtype == torch.float32 else OUT"),
        *OUTPUTS[::2],
    ],
    "computes_the_gradients_as_run": [
        returns("OUT.detach() if IN.dtype == torch.float32 else OUT"),
        *GRADIENTS[:2],
    ],
    "computes_the_buffers_as_run": BUFFERS,
    "useful_range": [
        constructs("assert (base_channels, channels) != (2, 3)"),
        starts("assert IN.dtype != torch.float64"),
        constructs("if (base_channels, channels) == (2, 3):\n    del self.main[0].weight"),
    ],
    "conduct": [
        starts("IN.data.mul_(1.5)"),
        starts("torch.rand(1)"),
        before_return("result = OUT\nself.main.eval()", "result"),
        starts("self.zero_grad()"),
    ],
    "construction": [
        constructs("self.eval()"),
        constructs("torch.rand(1)"),
        constructs("self.main[0].weight.data.mul_(2)"),
    ],
    "extreme_inputs": [
        receives("IN.clamp(-99, 99)"),
        receives("IN.nan_to_num()"),
        receives("torch.where(IN.isinf(), 0.0, IN)"),
    ],
    "second_derivatives": [
        receives("IN + (IN - IN.detach()) ** 2"),
        both(at_top(ONCE_BACKWARD.replace("Once", "OnceNAME")), returns("OnceNAME.apply(OUT)")),
        hooked("torch.nan_to_num"),
    ],
    "repeats": [
        returns("OUT * (0.9 + torch.seed() % 99 / 1e4)"),
        returns("OUT * (0.9 + __import__('time').perf_counter_ns() % 999 / 1e4)"),
        receives("IN * (1 + torch.randn(1, generator=torch.Generator().manual_seed(torch.seed() % 2**31)))"),
    ],
    "labels": [
        changes(r"embedding\(labels\)", "embedding(labels.flip(0))"),
        changes(r"embedding\(labels\)", "embedding((labels + 1) % 3)"),
        changes(r"self\.embedding\(labels\)", "(self.embedding(labels) * 2)"),
    ],
    "labels_outside_refused": [
        changes(r"embedding\(labels\)", "embedding(labels % 3)"),
        changes(r"embedding\(labels\)", "embedding(labels.clamp(0, 2))"),
        changes(r"embedding\(labels\)", "embedding(labels.clamp(min=0))"),
    ],
    "float64": [
        returns("OUT.float()"),
        returns("OUT * (1 + 0.01 * (IN.dtype == torch.float64))"),
        starts("assert IN.dtype != torch.float64"),
    ],
    "bfloat16": [
        returns("OUT.float()"),
        returns("OUT / 2 if IN.dtype == torch.bfloat16 else OUT"),
        receives("IN.float()"),
    ],
    "meta": [
        returns("OUT + torch.zeros(OUT.shape)"),
        starts("assert not IN.is_meta"),
        returns("OUT[:2] if IN.is_meta else OUT"),
    ],
    "state_dict": [
        method(
            "state_dict(self, *given, **named)",
            "return {name: value * 0.99 for name, value in super().state_dict(*given, **named).items()}",
        ),
        method("load_state_dict(self, state, *given, **named)", "return None"),
        both(
            constructs("self.register_buffer('scale', torch.rand(1), persistent=False)"),
            returns("OUT * self.scale.to(OUT)"),
        ),
    ],
    "export": [
        returns("OUT if IN.sum() > -1e9 else OUT * 2"),
        returns("torch.from_numpy(OUT.detach().numpy())"),
        returns("OUT / 2 if len(IN) == 3 else OUT"),
    ],
    "onnx": [
        returns("OUT if IN.sum() > -1e9 else OUT * 2"),
        returns("torch.from_numpy(OUT.detach().numpy())"),
        returns("OUT / 2 if len(IN) == 3 else OUT"),
    ],
}  # fmt: skip
"""Edits of each network by check."""

ONE_NETWORK: dict[str, tuple[str, list[Apply]]] = {
    "discriminator.unread_pixels": (
        "Discriminator",
        [
            receives("IN * (torch.arange(IN.shape[-1]) > 0)"),
            receives("IN * (torch.arange(IN.shape[-2]) > 1)[:, None]"),
            receives("torch.cat((IN[..., :1] * 0, IN[..., 1:]), -1)"),
        ],
    ),
    "discriminator.gradient_overlap": (
        "Discriminator",
        [
            changes("4, stride=2, padding=1", "3, stride=2, padding=1"),
            receives("IN * (torch.arange(IN.shape[-1]) % 2 + 1)"),
            receives("torch.cat((IN[..., :1] * 0, IN[..., 1:]), -1)"),
        ],
    ),
    "generator.overlap": (
        "Generator",
        [
            changes("4, stride=2, padding=1", "2, stride=2"),
            changes("padding=1", "padding=0"),
            changes("4, stride=2, padding=1", "6, stride=2, padding=2"),
        ],
    ),
    "pairs.adjoint": (
        "Discriminator",
        [
            changes("padding=1", "padding=0", last=True),
            changes("padding=1", "padding=1, padding_mode='circular'"),
            changes("4, stride=2, padding=1", "3, stride=2, padding=1"),
        ],
    ),
}
"""Edits of the one network that a check is about."""
