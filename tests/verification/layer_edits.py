"""Wrong modules with other layers, parameters, buffers, containers and methods."""

from __future__ import annotations

from tests.verification.network_edits import (
    Apply,
    around,
    before_return,
    both,
    changes,
    constructs,
    contains,
    defines,
    receives,
    returns,
    starts,
    where,
)

STATISTICS = r"BatchNorm"
SPECTRAL = r"spectral_norm"
WITH_STATISTICS = (
    "for norm in [part for part in self.modules() if hasattr(part, 'running_mean')]:\n    "
)


def on_statistics(statement: str) -> Apply:
    """A statement for each batch norm, after each call."""
    return where(STATISTICS, before_return(f"result = OUT\n{WITH_STATISTICS}{statement}", "result"))


def method(signature: str, body: str) -> Apply:
    """A method that replaces one of ``nn.Module``."""
    return defines(f"def {signature}:\n    {body}")


LAYER_EDITS: dict[str, dict[str, Apply]] = {
    "buffers": {
        "means zeroed": on_statistics("norm.running_mean.zero_()"),
        "variances doubled": on_statistics("norm.running_var.mul_(2)"),
        "variances doubled in training": on_statistics("norm.running_var.mul_(1 + self.training)"),
        "reset": on_statistics("norm.reset_running_stats()"),
        "momentum": where(STATISTICS, constructs(f"{WITH_STATISTICS}norm.momentum = 0.2")),
        "momentum of a cumulative mean": where(
            STATISTICS, constructs(f"{WITH_STATISTICS}norm.momentum = None")
        ),
        "momentum changed by a call": where(STATISTICS, starts(f"{WITH_STATISTICS}norm.momentum = 0.2")),
        "restored": where(
            STATISTICS,
            around(
                "kept = [part.clone() for part in self.buffers()]",
                "result = OUT\nfor part, before in zip(self.buffers(), kept):\n    part.data.copy_(before)",
                "result",
            ),
        ),
        "count not kept": on_statistics("norm.num_batches_tracked.zero_()"),
        "count doubled": on_statistics("norm.num_batches_tracked.add_(1)"),
        "mean of evaluation": on_statistics(
            "norm.running_mean.data.mul_(1 if self.training else 0.9)"
        ),
        "count starts at one": where(
            STATISTICS, constructs(f"{WITH_STATISTICS}norm.num_batches_tracked.add_(1)")
        ),
        "count with an axis": where(
            STATISTICS,
            constructs(f"{WITH_STATISTICS}norm.num_batches_tracked = torch.zeros(1, dtype=torch.long)"),
        ),
        "variances start at two": where(
            STATISTICS, constructs(f"{WITH_STATISTICS}norm.running_var.mul_(2)")
        ),
        "means not saved": where(
            STATISTICS,
            constructs(f"{WITH_STATISTICS}norm._non_persistent_buffers_set.add('running_mean')"),
        ),
        "additional in an activation": constructs(
            "[part for part in self.main if isinstance(part, (nn.ReLU, nn.LeakyReLU))]"
            "[0].register_buffer('extra', torch.zeros(1))"
        ),
        "not tracked": changes(r"(nn\.BatchNorm\dd\([^)]*)\)", r"\1, track_running_stats=False)"),
        "singular vectors reset": where(
            SPECTRAL,
            before_return("result = OUT\nfor part in self.buffers():\n    part.zero_()", "result"),
        ),
        "two power iterations": changes(
            r"spectral_norm\((nn\.\w+\([^()]*(?:\[\d\][^()]*)*\))\)",
            r"spectral_norm(\1, n_power_iterations=2)",
        ),
        "epsilon of the spectral norm": changes(
            r"spectral_norm\((nn\.\w+\([^()]*(?:\[\d\][^()]*)*\))\)", r"spectral_norm(\1, eps=1e-3)"
        ),
        "weight norm": changes(r"spectral_norm\(", "nn.utils.parametrizations.weight_norm("),
        "orthogonal": changes(r"spectral_norm\(", "nn.utils.parametrizations.orthogonal("),
        "no spectral norm": changes(r"spectral_norm\(", "("),
        "weight norm added": where(
            r"main = nn\.Sequential\(\s+nn\.Conv",
            constructs("nn.utils.parametrizations.weight_norm(self.main[0])"),
        ),
        "additional and used": both(
            constructs("self.register_buffer('scale', torch.full((1,), 0.99), persistent=False)"),
            returns("OUT * self.scale.to(OUT)"),
        ),
        "additional, persistent": constructs("self.register_buffer('extra', torch.zeros(1))"),
        "additional, not persistent": constructs(
            "self.register_buffer('extra', torch.zeros(1), persistent=False)"
        ),
    },
    "layers": {
        "stride": changes(r"stride=(2|\(2)", "stride=1"),
        "kernel": changes(r"(Conv\w*\([^,]+, [^,]+, )\d", r"\g<1>2"),
        "padding": changes(r"padding=1", "padding=0"),
        "bias added": changes(r", bias=False", ""),
        "reflected border": changes(r"(nn\.Conv\dd\([^)]*padding=\d)", r"\1, padding_mode='reflect'"),
        "circular border": changes(r"(nn\.Conv\dd\([^)]*padding=\d)", r"\1, padding_mode='circular'"),
        "replicated border": changes(
            r"(nn\.Conv\dd\([^)]*padding=\d)", r"\1, padding_mode='replicate'", last=True
        ),
        "slope": changes(r"LeakyReLU\(0\.2", "LeakyReLU(0.201"),
        "leaky ReLU": changes(r"nn\.ReLU\(", "nn.LeakyReLU(1e-3, "),
        "ReLU bounded": changes(r"nn\.ReLU\([^)]*\)", "nn.ReLU6()"),
        "SiLU": changes(r"nn\.(Leaky)?ReLU\([^)]*\)", "nn.SiLU()"),
        "hard tanh": changes(r"nn\.Tanh\(\)", "nn.Hardtanh()"),
        "hard sigmoid": changes(r"nn\.Sigmoid\(\)", "nn.Hardsigmoid()"),
        "epsilon of a norm": changes(r"(nn\.\w*Norm\dd?\([^)]*)\)", r"\1, eps=1e-3)"),
        "no weights in a norm": changes(r"(nn\.BatchNorm\dd\([^)]*)\)", r"\1, affine=False)"),
        "instance norm": changes(r"nn\.BatchNorm", "nn.InstanceNorm"),
        "batch norm": changes(r"nn\.InstanceNorm(\dd)\(([^,)]*)[^)]*\)", r"nn.BatchNorm\1(\2)"),
        "count of groups": changes(r"GroupNorm\([^,]+(?:\)|1), ", "GroupNorm(2, "),
        "smooth upsampling": changes(r"scale_factor=2\)", "scale_factor=2, mode='bilinear')"),
        "cubic upsampling": changes(r"scale_factor=2\)", "scale_factor=2, mode='bicubic')"),
        "identity appended": constructs("self.main.append(nn.Identity())"),
        "dropout inserted": changes(r"nn\.(Leaky)?ReLU\(", r"nn.Dropout(0.1),\n            nn.\1ReLU("),
        "first norm dropped": changes(r"\n +nn\.\w*Norm\dd?\((?:[^()]|\([^()]*\))*\),", ""),
        "first activation dropped": changes(r"\n +nn\.(Leaky)?ReLU\([^)]*\),", ""),
        "first activations swapped": changes(
            r"(nn\.BatchNorm[^\n]*\n +)(nn\.(?:Leaky)?ReLU[^\n]*)", r"\2 \1"
        ),
        "norm after the activation": changes(
            r"( +nn\.\w*Norm[^\n]*\n)( +nn\.(?:Leaky)?ReLU[^\n]*\n)", r"\2\1"
        ),
        "cap of the widths": changes(r", (512|8)\) for", ", 3) for"),
        "width as a constant": changes(r"base_channels \* 2\*\*k", "4 * 2**k"),
        "default": changes(r"base_channels: int = \d+", "base_channels: int = 3"),
    },
    "structure": {
        "container flips the output": contains("return super().forward(value).flip(0)"),
        "container negates the input": contains("return super().forward(-value)"),
        "container like Sequential": contains("return super().forward(value)"),
        "container skips a layer": contains(
            "for layer in list(self)[1:]:\n            value = layer(value)\n        return value"
        ),
        "forward of the first layer": constructs(
            "whole = self.main[0].forward\nself.main[0].forward = lambda value: whole(value) * 1.01"
        ),
        "forward of the last layer": constructs(
            "whole = self.main[-1].forward\nself.main[-1].forward = lambda value: whole(value).flip(0)"
        ),
        "forward of the container": constructs(
            "whole = self.main.forward\nself.main.forward = lambda value: whole(value.flip(0))"
        ),
        "forward of the network": constructs(
            "whole = self.forward\nself.forward = lambda *given: whole(*given) * 0.99"
        ),
        "pre-hook of the container": constructs(
            "self.main.register_forward_pre_hook(lambda module, given: (given[0] * 1.01,))"
        ),
        "hook of a layer": constructs(
            "self.main[0].register_forward_hook(lambda module, given, value: value * 1.01)"
        ),
        "hook of the network": constructs(
            "self.register_forward_hook(lambda module, given, value: value.flip(0))"
        ),
        "hook in evaluation": constructs(
            "self.register_forward_hook(lambda module, given, value: value if self.training else value / 2)"
        ),
        "backward hook of a layer": constructs(
            "self.main[0].register_full_backward_hook(lambda module, given, value:"
            " tuple(part if part is None else 2 * part for part in given))"
        ),
        "backward pre-hook of a layer": constructs(
            "self.main[0].register_full_backward_pre_hook(lambda module, value: (value[0] * 2,))"
        ),
        "hook that does nothing": constructs(
            "self.main.register_forward_hook(lambda module, given, value: None)"
        ),
        "call": method("__call__(self, *given)", "return super().__call__(*given) * 0.99"),
        "call of the implementation": method(
            "_call_impl(self, *given, **named)", "return super()._call_impl(*given, **named) * 0.99"
        ),
        "class of a layer": constructs(
            "self.main[0].__class__ = type('Conv', (type(self.main[0]),), {'forward':"
            " lambda layer, value: super(type(layer), layer).forward(value) * 1.01})"
        ),
        "weights on lookup": method(
            "__getattr__(self, name)",
            "found = super().__getattr__(name)\n    return found if name != 'main' or not self.training else found[:]",
        ),
        "layers outside of main": constructs("self.first = self.main[0]"),
        "reversed modules": constructs("self._modules = dict(reversed(self._modules.items()))"),
        "main in another container": both(
            constructs("self.main = nn.Sequential(self.main)"), returns("OUT")
        ),
    },
    "methods": {
        "train": method("train(self, mode=True)", "return super().train(False)"),
        "eval": method("eval(self)", "return self"),
        "state_dict": method(
            "state_dict(self, *given, **named)",
            "return {name: value * 0.99 for name, value in super().state_dict(*given, **named).items()}",
        ),
        "load_state_dict": method(
            "load_state_dict(self, state, *given, **named)",
            "return super().load_state_dict(self.state_dict(), *given, **named)",
        ),
        "_load_from_state_dict": method(
            "_load_from_state_dict(self, state, prefix, *given)",
            "super()._load_from_state_dict({}, prefix, *given)",
        ),
        "_save_to_state_dict": method(
            "_save_to_state_dict(self, destination, prefix, keep_vars)", "destination.clear()"
        ),
        "zero_grad": method("zero_grad(self, set_to_none=True)", "return None"),
        "apply": method("apply(self, function)", "return self.main.apply(function) and self"),
        "parameters": method(
            "parameters(self, recurse=True)", "yield from list(super().parameters(recurse))[1:]"
        ),
        "named_parameters": method(
            "named_parameters(self, *given, **named)",
            "yield from list(super().named_parameters(*given, **named))[:-1]",
        ),
        "requires_grad_": method("requires_grad_(self, requires_grad=True)", "return self"),
        "_apply": method("_apply(self, function, recurse=True)", "return self"),
        "to": method("to(self, *given, **named)", "return self"),
        "__deepcopy__": method("__deepcopy__(self, memo)", "return NAME()"),
        "__getstate__": method("__getstate__(self)", "return {}"),
        "__setstate__": method("__setstate__(self, state)", "NAME.__init__(self)"),
        "__reduce__": method("__reduce__(self)", "return NAME, ()"),
        "hook on saving": constructs(
            "self._register_state_dict_hook(lambda module, state, prefix, local: state.popitem())"
        ),
        "hook on loading": constructs(
            "self.register_load_state_dict_post_hook(lambda module, keys:"
            " next(module.parameters()).data.mul_(0.99))"
        ),
    },
    "parameters": {
        "first frozen": constructs("next(self.parameters()).requires_grad_(False)"),
        "last frozen": constructs("list(self.parameters())[-1].requires_grad_(False)"),
        "all frozen": constructs("self.requires_grad_(False)"),
        "weight and bias of a norm tied": where(
            r"(BatchNorm|GroupNorm)",
            constructs(
                "for norm in self.main:\n    if 'Norm' in type(norm).__name__:\n"
                "        norm.bias = norm.weight"
            ),
        ),
        "additional and used": both(
            constructs("self.scale = nn.Parameter(torch.ones(1))"), returns("OUT * self.scale.to(OUT)")
        ),
        "additional and unused": constructs("self.scale = nn.Parameter(torch.ones(1))"),
        "first made a buffer": where(
            r"Sequential\(\s+nn\.Conv",
            constructs(
                "weight = self.main[0].weight.detach()\ndel self.main[0].weight\n"
                "self.main[0].register_buffer('weight', weight)"
            ),
        ),
        "gradient of the first doubled": constructs("next(self.parameters()).register_hook(lambda grad: grad * 2)"),
        "gradient of the last zero": constructs(
            "list(self.parameters())[-1].register_hook(torch.zeros_like)"
        ),
        "gradient negated after accumulation": constructs(
            "next(self.parameters()).register_post_accumulate_grad_hook(lambda weight: weight.grad.neg_())"
        ),
        "in float64": constructs("self.double()"),
        "drawn once more": constructs("torch.rand(1)"),
        "doubled when built": constructs("for weight in self.parameters():\n    weight.data.mul_(2)"),
        "the same at each construction": constructs(
            "drawn = torch.Generator().manual_seed(1)\nfor weight in self.parameters():\n"
            "    weight.data.normal_(generator=drawn)"
        ),
        "seeded when built": changes(
            r"super\(\)\.__init__\(\)", "super().__init__()\n        torch.manual_seed(1)"
        ),
        "first layer's weights doubled in a call": receives("IN * 2"),
    },
}  # fmt: skip
"""Edits by family and name."""
