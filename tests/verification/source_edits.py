"""Wrong modules that hide a trigger, that change torch, or that draw other initial weights."""

from __future__ import annotations

from dataclasses import replace

from tests.verification.network_edits import (
    Apply,
    Network,
    at_top,
    both,
    constructs,
    receives,
    returns,
    starts,
    where,
)

NORMAL = "nn.init.normal_(module.weight, 0.0, 0.02)"
NORM_WEIGHT = "nn.init.normal_(module.weight, 1.0, 0.02)"
BIAS = "nn.init.zeros_(module.bias)"


def halved_if(test: str) -> Apply:
    """Half of the output in a case that a run may never meet."""
    return returns(f"OUT / 2 if {test} else OUT")


def initializes(before: str, after: str) -> Apply:
    """Another text in ``weights_init``, which is edited once per source, with the generator."""

    def apply(found: Network) -> Network | None:
        function = found.after.rfind("def weights_init")
        if found.name != "Generator" or before not in found.after[function:]:
            return None
        return replace(
            found,
            after=found.after[:function] + found.after[function:].replace(before, after, 1),
        )

    return apply


def weights_then(statement: str) -> Apply:
    """A statement after the weights of a convolution were drawn."""
    return initializes(NORMAL, f"{NORMAL}\n        with torch.no_grad():\n            {statement}")


SOURCE_EDITS: dict[str, dict[str, Apply]] = {
    "triggers": {
        "more than five samples": halved_if("len(IN) > 5"),
        "more than sixteen samples": receives("IN[:16] if len(IN) > 16 else IN"),
        "two samples": halved_if("len(IN) == 2"),
        "four samples": halved_if("len(IN) == 4"),
        "clock": halved_if("__import__('time').time() > 4e9"),
        "modules": halved_if("'lightning' in __import__('sys').modules"),
        "environment": halved_if("'RANK' in torch.os.environ"),
        "thousand calls": both(
            starts("self.calls = getattr(self, 'calls', 0) + 1"), halved_if("self.calls > 1000")
        ),
        "thousand updates": where(r"BatchNorm", halved_if("self.main[-2].weight.abs().max() > 1e3")),
        "width above 300": halved_if("sum(p.shape[0] for p in self.parameters()) > 10000"),
        "input above 100": receives("IN.clamp(-100, 100)"),
        "input above 9": receives("IN.clamp(-9, 9)"),
        "not a number": returns("OUT.nan_to_num()"),
        "input not a number": receives("IN.nan_to_num()"),
        "bfloat16": halved_if("IN.dtype == torch.bfloat16"),
        "half": halved_if("IN.dtype == torch.float16"),
        "autocast": halved_if("torch.is_autocast_enabled('cpu')"),
        "inference mode": halved_if("torch.is_inference_mode_enabled()"),
        "another device": halved_if("IN.is_cuda"),
        "compiled": halved_if("torch.compiler.is_compiling()"),
        "input that is not contiguous": halved_if("not IN.is_contiguous()"),
        "once in a million": halved_if(
            "torch.rand(1, generator=torch.Generator().manual_seed(1)) < 1e-6"
        ),
        "subclass": halved_if("type(self) is not NAME"),
        "copied": halved_if("getattr(self, 'copied', False)"),
    },
    "torch": {
        "forward of a class": at_top("nn.ReLU.forward = lambda layer, value: value"),
        "call of modules": at_top("nn.Module.eval = lambda module: module"),
        "convolution": at_top("nn.functional.conv2d = nn.functional.conv_transpose2d"),
        "threads": at_top("torch.set_num_threads(2)"),
        "dtype": at_top("torch.set_default_dtype(torch.float64)"),
        "gradients": at_top("torch.set_grad_enabled(False)"),
        "anomalies": at_top("torch.autograd.set_detect_anomaly(True)"),
        "global hook": at_top(
            "nn.modules.module.register_module_forward_hook(lambda module, given, value: value * 1.0)"
        ),
        "matrix products": at_top("torch.set_float32_matmul_precision('medium')"),
        "deterministic": at_top("torch.use_deterministic_algorithms(True)"),
        "seed": at_top("torch.manual_seed(1)"),
        "draw": at_top("torch.rand(1)"),
        "dtype in the constructor": constructs("torch.set_default_dtype(torch.float64)"),
        "gradients in a call": starts("torch.set_grad_enabled(False)"),
        "threads in a call": starts("torch.set_num_threads(2)"),
        "optimizer": at_top("torch.optim.Adam.step = torch.optim.SGD.step"),
        "default of an optimizer": at_top(
            "torch.optim.Adam.__init__.__defaults__ = (1e-4, *torch.optim.Adam.__init__.__defaults__[1:])"
        ),
        "default of a function": at_top("nn.init.normal_.__defaults__ = (0.0, 0.5, None)"),
        "oneDNN": at_top("torch.backends.mkldnn.set_flags(False)"),
        "builtins": at_top("__builtins__['len'] = lambda value: 1"),
    },
    "weights_init": {
        "a number drawn after": initializes(NORMAL, f"{NORMAL}\n        torch.rand(1)"),
        "kernels reversed": weights_then("module.weight.copy_(module.weight.flip(0))"),
        "in training only": initializes(NORMAL, f"module.training and {NORMAL}"),
        "in float32 only": initializes(NORMAL, f"module.weight.dtype == torch.float32 and {NORMAL}"),
        "parameter replaced": initializes(
            NORMAL, f"{NORMAL}\n        module.weight = nn.Parameter(module.weight.detach().clone())"
        ),
        "in another memory layout": weights_then(
            "module.weight.data = module.weight.data.movedim(0, -1).contiguous().movedim(-1, 0)"
        ),
        "counts a batch": where(
            r"BatchNorm",
            initializes(NORM_WEIGHT, f"{NORM_WEIGHT}\n        module.num_batches_tracked.add_(1)"),
        ),
        "evaluation afterwards": initializes(NORMAL, f"{NORMAL}\n        module.eval()"),
    },
    "initialization": {
        "deviation": initializes("0.0, 0.02", "0.0, 0.021"),
        "mean": initializes("0.0, 0.02", "0.002, 0.02"),
        "truncated": initializes(
            NORMAL, "nn.init.trunc_normal_(module.weight, 0.0, 0.02, -0.04, 0.04)"
        ),
        "uniform": initializes(NORMAL, "nn.init.uniform_(module.weight, -0.0346, 0.0346)"),
        "Xavier": initializes(NORMAL, "nn.init.xavier_normal_(module.weight)"),
        "not drawn": initializes(NORMAL, "pass"),
        "zero": initializes(NORMAL, "nn.init.zeros_(module.weight)"),
        "positive": weights_then("module.weight.abs_()"),
        "half of the kernels copied": weights_then(
            "half = module.weight.shape[0] // 2; module.weight[:half] = module.weight[half:half * 2]"
        ),
        "taps copied": weights_then(
            "module.weight.copy_(module.weight[..., :1].expand_as(module.weight).clone())"
        ),
        "input channels copied": weights_then(
            "module.weight.copy_(module.weight[:, :1].expand_as(module.weight).clone())"
        ),
        "sorted": weights_then(
            "module.weight.copy_(module.weight.flatten().sort().values.view_as(module.weight))"
        ),
        "mirrored": weights_then("module.weight.copy_((module.weight + module.weight.flip(0)) / 2**0.5)"),
        "weights of norms": initializes(NORM_WEIGHT, "nn.init.ones_(module.weight)"),
        "deviation of norms": initializes("1.0, 0.02", "1.0, 0.025"),
        "biases": initializes(BIAS, "nn.init.constant_(module.bias, 0.01)"),
        "seeded": initializes(NORMAL, f"torch.manual_seed(1)\n        {NORMAL}"),
        "other draw after": initializes(NORMAL, f"{NORMAL}\n        torch.rand(1)"),
        "norms left out": initializes("isinstance(module, nn.BatchNorm2d)", "isinstance(module, nn.Tanh)"),
        "convolutions left out": initializes("(nn.Conv2d, nn.ConvTranspose2d)", "nn.ConvTranspose2d"),
        "shuffled kernels apart": initializes("weight[::pixels].repeat_interleave(pixels, dim=0)", "weight"),
        "vectors of labels": initializes(
            "nn.init.normal_(module.embedding.weight)", "nn.init.normal_(module.embedding.weight, 0.0, 0.9)"
        ),
        "spectral weights": initializes("module.original, 0.0, 0.02", "module.original, 0.0, 0.03"),
        "frozen": initializes(NORMAL, f"{NORMAL}\n        module.weight.requires_grad_(False)"),
    },
}  # fmt: skip
"""Edits by family and name."""
