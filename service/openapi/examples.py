"""Examples, headers and parameters in the OpenAPI document, except those of jobs."""

from __future__ import annotations

from typing import Any

BRIEF_EXAMPLES: dict[str, Any] = {
    "dcgan": {
        "summary": "The DCGAN of the paper",
        "value": {"resolution": 64, "latent_dim": 100},
    },
    "not_square": {
        "summary": "Pictures of faces, 218 px high and 178 px wide, with narrow networks",
        "value": {"resolution": [218, 178], "latent_dim": 128, "base_channels": 32},
    },
    "exact": {
        "summary": "Every layer multiplies its input size exactly, within a budget",
        "value": {
            "resolution": 96,
            "latent_dim": 64,
            "search": {"exact": "require", "overlap": "even", "output_padding": False},
            "budget": {"parameters": 5_000_000},
        },
    },
    "own_chain": {
        "summary": "A chain given by the caller, without a search",
        "value": {
            "resolution": 28,
            "latent_dim": 64,
            "chain": [
                {"kernel_size": 4, "stride": 2, "padding": 1},
                {"kernel_size": 4, "stride": 2, "padding": 1},
            ],
        },
    },
    "critic": {
        "summary": "A critic with layer norm, and resizing instead of transposed convolutions",
        "value": {
            "resolution": 32,
            "latent_dim": 64,
            "base_channels": 16,
            "upsampling": "resize",
            "discriminator": {"normalization": "layer", "output": "critic"},
        },
    },
    "classes": {
        "summary": "Ten classes; a discriminator with spectral norm and patches of 34 px",
        "value": {
            "resolution": 64,
            "latent_dim": 64,
            "base_channels": 16,
            "classes": 10,
            "discriminator": {"normalization": "spectral", "output": "logit", "patch": 34},
        },
    },
    "vocoder": {
        "summary": "32 frames of 80 channels to 8,192 samples: a decoder without a discriminator",
        "value": {
            "resolution": [8192],
            "channels": 1,
            "base_channels": 16,
            "initial_map": {"channels": 80, "size": [32]},
        },
    },
    "segmentation": {
        "summary": "A map of 64 channels to the logits of 21 classes at four times its size",
        "value": {
            "resolution": 64,
            "channels": 21,
            "base_channels": 16,
            "initial_map": {"channels": 64, "size": 16},
            "upsampling": "resize",
            "normalization": "group",
            "output_activation": "none",
        },
    },
    "sound": {
        "summary": "A signal of 16,384 samples on one axis, without verification",
        "value": {
            "resolution": [16384],
            "latent_dim": 100,
            "channels": 1,
            "base_channels": 8,
            "verify": "none",
        },
    },
}
"""Example briefs by name; tests send each of them."""


LAYER_EXAMPLES: dict[str, dict[str, Any]] = {
    "conv": {
        "halved": {
            "summary": "A convolution that halves the size, with all its forms",
            "value": {
                "input_size": [16, 16],
                "kernel_size": 4,
                "stride": 2,
                "padding": 1,
                "in_channels": 10,
                "out_channels": 20,
                "include": ["equivalent", "phases", "overlap", "proof"],
            },
        },
        "matrix": {
            "summary": "The 4×16 matrix of a 3×3 kernel on a 4×4 map",
            "value": {"input_size": [4, 4], "kernel_size": 3, "include": ["matrix"]},
        },
    },
    "conv-transpose": {
        "dcgan": {
            "summary": "The layer of DCGAN",
            "value": {
                "input_size": [4, 4],
                "kernel_size": 4,
                "stride": 2,
                "padding": 1,
                "include": ["equivalent", "overlap", "proof"],
            },
        },
        "fourfold": {
            "summary": "Exactly four times the size, but uneven overlap: 4 does not divide 9",
            "value": {
                "input_size": [8, 6],
                "kernel_size": 9,
                "stride": 4,
                "padding": 3,
                "output_padding": 1,
                "include": ["overlap"],
            },
        },
    },
}
"""Example layers by resource and name; tests send each of them."""

SOLVE_EXAMPLES: dict[str, Any] = {
    "sides": {
        "summary": "One padding per axis: 46×62 to 368×489",
        "value": {
            "op": "conv_transpose",
            "input_size": [46, 62],
            "output_size": [368, 489],
            "kernel_size": 16,
            "stride": 8,
        },
    },
    "factor": {
        "summary": "All layers that multiply the size by 3",
        "value": {"op": "conv_transpose", "input_size": [16], "output_size": [48]},
    },
    "impossible": {
        "summary": "No solution: an even kernel cannot keep the size at stride 1",
        "value": {
            "op": "conv_transpose",
            "input_size": [64],
            "output_size": [64],
            "kernel_size": 4,
            "stride": 1,
        },
    },
}
"""Example layer searches by name; tests send each of them."""


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


DESIGN_HEADERS: dict[str, Any] = {
    "Content-Location": _header("Permanent path of the returned representation."),
    "ETag": _header(
        "Strong and equal on every replica: it does not depend on versions on the machine."
    ),
    "Cache-Control": _header("Immutable for an id; an hour for a brief."),
    "Server-Timing": _header(
        "Milliseconds of each stage that ran: cache, solve, assemble, render, verify."
    ),
    "X-Request-ID": _header("The request id sent by the client, or a generated one."),
}

PICTURE_HEADERS: dict[str, Any] = {
    name: DESIGN_HEADERS[name] for name in ("Content-Location", "ETag", "X-Request-ID")
} | {"Cache-Control": _header("An hour.")}

ID_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "design_id",
    "description": "The `id` of a design, which contains the brief and the chosen windows.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 2000},
    "example": "1i9tRKcOaA3QVUKiJiBsgM7xtJC0A9hyD3yDo",
}


CHAIN_EXAMPLES: dict[str, Any] = {
    "best": {
        "summary": "The three best chains to 96×96, the number of chains, and the frontier",
        "value": {"to": 96, "limit": 3},
    },
    "from": {
        "summary": "From 7×5 to 218×178, with stride 2 only",
        "value": {"from": [7, 5], "to": [218, 178], "search": {"strides": [2]}, "limit": 1},
    },
    "sound": {
        "summary": "A signal of 8,192 samples on one axis, within a budget",
        "value": {"to": [8192], "channels": 1, "budget": {"parameters": 2_000_000}, "limit": 2},
    },
}
"""Example chain searches by name; tests send each of them."""


AUDIT_EXAMPLES: dict[str, Any] = {
    "loss_error": {
        "summary": "A discriminator for 64 px with an input of 128 px: an error in the loss",
        "value": {
            "input_shape": [3, 128, 128],
            "batch": 128,
            "error": "Using a target size (torch.Size([128])) that is different to the input size"
            " (torch.Size([3200])) is deprecated.",
            "layers": [
                {
                    "op": "conv",
                    "in_channels": 3,
                    "out_channels": 8,
                    "kernel_size": 4,
                    "stride": 2,
                    "padding": 1,
                },
                {"op": "conv", "in_channels": 8, "out_channels": 8, "kernel_size": 4, "stride": 4},
                {"op": "conv", "in_channels": 8, "out_channels": 1, "kernel_size": 4, "stride": 3},
            ],
        },
    },
    "source": {
        "summary": "27 px instead of 28 px: the source of an nn.Sequential, with its mirror",
        "value": {
            "input_shape": [64, 7, 7],
            "wanted_shape": [1, 28, 28],
            "mirror": True,
            "source": "nn.Sequential(\n    nn.ConvTranspose2d(64, 32, 4, 2, 1),\n    nn.ReLU(),\n"
            "    nn.ConvTranspose2d(32, 1, 3, 2, 1),\n)\n",
        },
    },
    "adapt": {
        "summary": "The same generator adapted to 96×96",
        "value": {
            "input_shape": [100, 1, 1],
            "adapt_to": [96, 96],
            "layers": [
                {"op": "conv_transpose", "in_channels": 100, "out_channels": 16, "kernel_size": 4},
                {
                    "op": "conv_transpose",
                    "in_channels": 16,
                    "out_channels": 8,
                    "kernel_size": 4,
                    "stride": 4,
                },
                {
                    "op": "conv_transpose",
                    "in_channels": 8,
                    "out_channels": 3,
                    "kernel_size": 4,
                    "stride": 4,
                },
            ],
        },
    },
}
"""Example audits by name; tests send each of them."""
