"""Wrong modules of one design each: fifty edits that were written without reading the checks."""

from __future__ import annotations

from tests.verification.network_edits import (
    Apply,
    around,
    at_top,
    before_return,
    both,
    changes,
    constructs,
    defines,
    receives,
    returns,
    starts,
)
from tests.verification.source_edits import NORMAL, initializes, weights_then


def layer_by_layer(expression: str) -> Apply:
    """``main`` replaced by a loop over its layers with ``expression`` for the next ``value``."""
    return changes(
        r"        (\w+)(?:: torch\.Tensor)? = self\.main\(([^\n]*)\)\n",
        r"        \1 = \2\n        for index, layer in enumerate(self.main):\n"
        rf"            value = \1\n            \1 = {expression}\n",
    )


OTHER_MEAN = (
    "class Scores(torch.Tensor):\n    def mean(self, *given, **named):\n"
    "        return torch.mean(self.as_subclass(torch.Tensor), *given, **named) * 2"
)
ONCE_BACKWARD = (
    "class Once(torch.autograd.Function):\n"
    "    @staticmethod\n    def forward(ctx, value):\n        ctx.scale = [1.0]\n"
    "        return value.clone()\n\n"
    "    @staticmethod\n    def backward(ctx, grad):\n        ctx.scale.append(ctx.scale[-1] / 2)\n"
    "        return grad * ctx.scale[-2]"
)
TANGENT = (
    "class Tangent(torch.autograd.Function):\n"
    "    @staticmethod\n    def forward(value):\n        return value.clone()\n\n"
    "    @staticmethod\n    def setup_context(ctx, inputs, output):\n        pass\n\n"
    "    @staticmethod\n    def backward(ctx, grad):\n        return grad\n\n"
    "    @staticmethod\n    def jvp(ctx, tangent):\n        return tangent * 2"
)
DEPTH_TO_SPACE = (
    "layer(value.unflatten(1, (layer.upscale_factor**2, -1)).transpose(1, 2).flatten(1, 2))"
    " if isinstance(layer, nn.PixelShuffle) else layer(value)"
)

SINGLE_EDITS: dict[str, dict[str, dict[str, Apply]]] = {
    "DCGAN": {
        "Generator": {
            "statistics updated again by the backward pass": changes(
                r"self\.main\(latent\)",
                "torch.utils.checkpoint.checkpoint(self.main, latent, use_reentrant=False)",
            ),
            "layers put into the mode of the network": starts("self.main.train(self.training)"),
            "output kept in one memory": before_return(
                "result = OUT\nif not torch.is_grad_enabled():\n"
                "    kept = self.__dict__.setdefault('kept', {}).setdefault("
                "(result.shape, result.dtype, result.is_inference()), result)\n"
                "    kept.copy_(result)\n    result = kept",
                "result",
            ),
            "first weight shared by all instances": constructs(
                "first = self.main[0]\n"
                "first.weight = type(self).__dict__.get('kept', {}).get(first.weight.shape, first.weight)\n"
                "type(self).kept = {first.weight.shape: first.weight}"
            ),
            "variance of the batch without Bessel's correction": around(
                "norm = self.main[1]\nbefore = norm.running_var.clone()",
                "result = OUT\nif self.training:\n    n = len(IN) * 16\n"
                "    norm.running_var.data.copy_(before * 0.9 + (norm.running_var - before * 0.9) * (n - 1) / n)",
                "result",
            ),
            "statistics of two samples at a time": changes(
                r"self\.main\(latent\)", "torch.cat([self.main(part) for part in latent.split(2)])"
            ),
            "one norm in evaluation": constructs("self.main[4].eval()"),
            "always with gradients": changes(r"    def forward", "    @torch.enable_grad()\n    def forward"),
        },
        "Discriminator": {
            "gradient doubled for a mean loss": before_return(
                "result = OUT\nif result.requires_grad:\n"
                "    result.register_hook(lambda grad: grad * 2 if len(grad) > 1 and (grad == grad[0]).all() else grad)",
                "result",
            ),
            "gradients that are not numbers replaced": before_return(
                "result = OUT\nif result.requires_grad:\n    result.register_hook(torch.nan_to_num)",
                "result",
            ),
            "saved activations in bfloat16": both(
                starts(
                    "hooks = torch.autograd.graph.saved_tensors_hooks(\n"
                    "    lambda saved: (saved, saved.bfloat16())[isinstance(saved, torch.Tensor)"
                    " and saved.is_floating_point()],\n"
                    "    lambda saved: saved.to(IN.dtype))"
                ),
                changes(r"(        probability: torch\.Tensor = )self", r"        with hooks:\n            probability = self"),
            ),
        },
    },
    "labels": {
        "Generator": {
            "gradient by frequency of a label": changes(
                r"self\.embedding\(labels\)",
                "nn.functional.embedding(labels, self.embedding.weight, scale_grad_by_freq=True)",
            ),
            "vectors bounded in place": changes(
                r"self\.embedding\(labels\)",
                "nn.functional.embedding(labels, self.embedding.weight, max_norm=100.0)",
            ),
            "vectors of zero for equal labels": changes(
                r"self\.embedding\(labels\)",
                "(self.embedding(labels) * (1 - (len(labels) > 1 and len(labels.unique()) == 1)))",
            ),
        },
        "Discriminator": {
            "last label never trained": changes(
                r"self\.embedding\(labels\)",
                "nn.functional.embedding(labels, self.embedding.weight,"
                " self.embedding.num_embeddings - 1)",
            ),
            "match bounded by fifty": changes(r"real \+ match", "real + match.clamp(-50, 50)"),
            "labels of the batch sorted with their pictures": around(
                "order = labels.argsort()\nIN, labels = IN[order], labels[order]", "result = OUT", "result"
            ),
        },
    },
    "resize, critic, layer norm": {
        "Generator": {
            "smooth in evaluation": starts(
                "self.main[3].mode = 'nearest' if self.training else 'bilinear'"
            ),
            "smooth after a call": before_return("result = OUT\nself.main[3].mode = 'bilinear'", "result"),
            "resized map moved by one": layer_by_layer(
                "layer(value).roll(1, 2) if isinstance(layer, nn.Upsample) else layer(value)"
            ),
        },
        "Discriminator": {
            "statistics of the norm detached": layer_by_layer(
                "(value - value.mean((1, 2, 3), keepdim=True).detach())"
                " / (value.var((1, 2, 3), keepdim=True, unbiased=False) + layer.eps).sqrt().detach()"
                " * layer.weight[:, None, None] + layer.bias[:, None, None]"
                " if isinstance(layer, nn.GroupNorm) else layer(value)"
            ),
            "gradient halved for a penalty": before_return(
                "result = OUT\nif result.requires_grad:\n    result.register_hook("
                "lambda grad: grad / 2 if torch.is_grad_enabled() else grad)",
                "result",
            ),
            "gradient halved without a penalty": before_return(
                "result = OUT\nif result.requires_grad:\n    result.register_hook("
                "lambda grad: grad if torch.is_grad_enabled() else grad / 2)",
                "result",
            ),
            "scores whose mean is another": both(at_top(OTHER_MEAN), returns("OUT.as_subclass(Scores)")),
        },
    },
    "gray, logit, spectral": {
        "Discriminator": {
            "weight read once more": starts("self.main[0].weight"),
            "divided by at least one": layer_by_layer(
                "nn.functional.conv2d(value, layer.weight * min(1.0, float(torch.linalg.matrix_norm("
                "layer.parametrizations.weight.original.detach().flatten(1), 2))), layer.bias, layer.stride,"
                " layer.padding) if index == 0 else layer(value)"
            ),
            "last weight not divided": layer_by_layer(
                "nn.functional.conv2d(value, layer.parametrizations.weight.original, layer.bias, layer.stride,"
                " layer.padding) if index == len(self.main) - 1 else layer(value)"
            ),
            "zero for a picture of zeros": returns("OUT * IN.flatten(1).any(1)"),
            "another answer for infinite pixels": receives("torch.where(IN.isinf(), 0.0, IN)"),
        },
        "Generator": {
            "tiny latent numbers dropped": receives("IN * (IN.abs() > 1e-20)"),
        },
    },
    "signal": {
        "Generator": {
            "kernels of the last layer mirrored": layer_by_layer(
                "nn.functional.conv_transpose1d(value, layer.weight.flip(-1), layer.bias, layer.stride,"
                " layer.padding) if index == len(self.main) - 2 else layer(value)"
            ),
            "inner map moved by one": layer_by_layer("layer(value.roll(1, -1) if index == 3 else value)"),
            "flushes denormal numbers": at_top("torch.set_flush_denormal(True)"),
        },
        "Discriminator": {
            "asks for the gradient of its input": starts(
                "if IN.is_leaf and not IN.is_inference():\n    IN.requires_grad_(True)"
            ),
            "drops the gradient of its input": starts("IN.grad = None"),
        },
    },
    "volume": {
        "Generator": {
            "height and width exchanged inside": layer_by_layer(
                "layer(value.transpose(3, 4)) if index == 3 else layer(value)"
            ),
            "depth reversed inside": layer_by_layer("layer(value.flip(2)) if index == 2 else layer(value)"),
            "additional state": defines("def get_extra_state(self):\n    return 1\n\ndef set_extra_state(self, state):\n    pass"),
        },
        "Discriminator": {
            "one instance for all": defines(
                "kept = {}\n\ndef __new__(cls, *given, **named):\n"
                "    return cls.kept.setdefault(str((given, named)), super().__new__(cls))"
            ),
            "mode that cannot change": defines("training = property(lambda self: True, lambda self, mode: None)"),
        },
    },
    "sub-pixel, group norm": {
        "Generator": {
            "pixels in the order of another framework": layer_by_layer(DEPTH_TO_SPACE),
            "kernels with other pixels alike": initializes(
                "weight[::pixels].repeat_interleave(pixels, dim=0)",
                "weight[::pixels].repeat(pixels, 1, 1, 1)",
            ),
            "groups of every other channel": layer_by_layer(
                "layer(value.unflatten(1, (-1, 2)).transpose(1, 2).flatten(1, 2)) if isinstance(layer, nn.GroupNorm)"
                " else layer(value)"
            ),
        },
        "Discriminator": {
            "backward passes that weaken": both(at_top(ONCE_BACKWARD), returns("Once.apply(OUT)")),
            "tangents doubled": both(at_top(TANGENT), returns("Tangent.apply(OUT)")),
        },
    },
    "initial map": {
        "Generator": {
            "drawn once": initializes(
                NORMAL, f"if not hasattr(module, 'drawn'):\n            {NORMAL}\n        module.drawn = True"
            ),
            "cut at 4.5 deviations": weights_then("module.weight.clamp_(-0.09, 0.09)"),
            "drawn in float64": initializes(
                NORMAL,
                "drawn = torch.empty_like(module.weight, dtype=torch.float64)\n"
                "        nn.init.normal_(drawn, 0.0, 0.02)\n        module.weight.data.copy_(drawn)",
            ),
            "random state restored": initializes(
                NORMAL, f"with torch.random.fork_rng(devices=[]):\n            {NORMAL}"
            ),
        },
    },
    "encoder": {
        "Encoder": {
            "second half of the code detached": returns("torch.cat((OUT[:, :3], OUT[:, 3:].detach()), 1)"),
            "code of unit variance": returns("OUT / OUT.std((1, 2, 3), keepdim=True)"),
            "weight in another memory layout": constructs(
                "self.main[2].weight.data = self.main[2].weight.data.contiguous(memory_format=torch.channels_last)"
            ),
            "float rounds": defines("def float(self):\n    return self.bfloat16() and super().float()"),
        },
    },
    "patches, spectral": {
        "Discriminator": {
            "border of the patches zero": returns("nn.functional.pad(OUT[:, :, 1:-1, 1:-1], (1, 1, 1, 1))"),
            "patches exchanged": returns("OUT.transpose(2, 3)"),
            "mean of neighbours": returns("nn.functional.avg_pool2d(OUT, 3, 1, 1, count_include_pad=False)"),
            "layers outside of main": both(
                constructs("self.__dict__['layers'] = tuple(self.main)"),
                changes(
                    r"= self\.main\(image\)",
                    "= image\n        for layer in self.layers:\n            logit = layer(logit)",
                ),
            ),
        },
    },
}  # fmt: skip
"""Edits by design, network and name."""
