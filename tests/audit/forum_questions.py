"""Questions as asked in forums: a network with an error, and the expected repair.

Each is (input shape, layers, further fields of the request, summary of a repair to be offered).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Size = int | list[int]


def conv(
    before: int, after: int, kernel: Size, stride: Size = 1, padding: Size | str = 0, **more: object
) -> Json:
    """A convolution from its five usual arguments."""
    return {
        "op": "conv",
        "in_channels": before,
        "out_channels": after,
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        **more,
    }


def up(
    before: int, after: int, kernel: Size, stride: Size = 1, padding: Size | str = 0, **more: object
) -> Json:
    """A transposed convolution from its five usual arguments."""
    return {**conv(before, after, kernel, stride, padding, **more), "op": "conv_transpose"}


def linear(before: int, after: int) -> Json:
    return {"op": "linear", "in_features": before, "out_features": after}


def pool(size: Size = 2, **more: object) -> Json:
    return {"op": "max_pool", "kernel_size": size, **more}


FLAT: Json = {"op": "flatten"}
DISCRIMINATOR = [conv(3, 8, 4, 2, 1), conv(8, 8, 4, 2, 1), conv(8, 8, 4, 2, 1), conv(8, 8, 4, 2, 1)]
UNET = [conv(1, 4, 3, 1, 1), pool(), conv(4, 8, 3, 1, 1), pool(), conv(8, 8, 3, 1, 1)]

QUESTIONS: dict[str, tuple[list[int], list[Json], Json, str]] = {
    "a discriminator for 64 px on 128 px": (
        [3, 128, 128],
        [*DISCRIMINATOR, conv(8, 1, 4)],
        {
            "error": "ValueError: Using a target size (torch.Size([128])) that is different to the"
            " input size (torch.Size([3200])) is deprecated."
        },
        "layer 4 (conv): kernel_size 4 → 8",
    ),
    "a linear layer for another picture size": (
        [3, 128, 128],
        [*DISCRIMINATOR, FLAT, linear(32, 5)],
        {},
        "layer 5 (linear): in_features 32 → 512",
    ),
    "a gray picture for a color network": (
        [1, 28, 28],
        [conv(3, 64, 3), conv(64, 64, 3)],
        {},
        "layer 0 (conv): in_channels 3 → 1",
    ),
    "a view and the linear layer after it": (
        [3, 38, 38],
        [
            conv(3, 6, 5),
            pool(),
            conv(6, 16, 5),
            pool(),
            {"op": "reshape", "shape": [400], "fold_batch": True},
            linear(400, 120),
        ],
        {"batch": 4},
        "layer 4 (reshape): shape [400] → [576]; layer 5 (linear): in_features 400 → 576",
    ),
    "one pool too many": (
        [3, 32, 32],
        [each for c in (3, 8, 8, 8, 8) for each in (conv(c, 8, 3, 1, 1), pool())] + [pool()],
        {},
        "remove layer 10 (max_pool)",
    ),
    "an output padding as large as the stride": (
        [8, 7, 7],
        [up(8, 4, 4, 2, 1, output_padding=2)],
        {"wanted_shape": [4, 14, 14]},
        "layer 0 (conv_transpose): output_padding 2 → 0",
    ),
    "a batch norm of one value": (
        [3, 8, 8],
        [conv(3, 8, 8), {"op": "norm", "num_features": 8}],
        {"batch": 1},
        "remove layer 1 (norm)",
    ),
    "groups that do not divide": (
        [4, 8, 8],
        [conv(4, 6, 3, groups=4)],
        {},
        "layer 0 (conv): groups 4 → 2",
    ),
    "reflection padding wider than the map": (
        [3, 4, 4],
        [conv(3, 8, 9, 1, 4, padding_mode="reflect")],
        {},
        "layer 0 (conv): padding 4 → 3",
    ),
    "a reflection pad layer wider than the map": (
        [3, 2, 2],
        [{"op": "pad", "pad": [2, 2, 2, 2], "mode": "reflect"}, conv(3, 8, 3)],
        {},
        "layer 0 (pad): pad [2, 2, 2, 2] → [1, 1, 1, 1]",
    ),
    "circular padding that wraps around twice": (
        [3, 2, 2],
        [conv(3, 8, 7, 1, 3, padding_mode="circular")],
        {},
        "layer 0 (conv): padding_mode circular → zeros",
    ),
    "same padding with a stride": (
        [3, 32, 32],
        [conv(3, 8, 3, 2, "same")],
        {},
        "layer 0 (conv): padding same → 1",
    ),
    "channels for a pixel shuffle": (
        [3, 24, 24],
        [conv(3, 50, 3, 1, 1), {"op": "pixel_shuffle", "upscale_factor": 2}],
        {"wanted_shape": [12, 48, 48]},
        "layer 0 (conv): out_channels 50 → 48",
    ),
    "an autoencoder that loses a row": (
        [1, 28, 28],
        [
            conv(1, 8, 3, 2, 1),
            conv(8, 8, 3, 2, 1),
            up(8, 8, 3, 2, 1, output_padding=1),
            up(8, 1, 3, 2, 1),
        ],
        {
            "wanted_shape": [1, 28, 28],
            "error": "The size of tensor a (27) must match the size of tensor b (28) at non-singleton"
            " dimension 3",
        },
        "layer 3 (conv_transpose): output_padding 0 → 1",
    ),
    "a skip that misses by one": (
        [1, 50, 50],
        [*UNET, up(8, 8, 2, 2), {"op": "concat_from", "from": 2}],
        {},
        "layer 5 (conv_transpose): output_padding 0 → 1",
    ),
    "channels after a concatenation": (
        [1, 32, 32],
        [
            conv(1, 4, 3, 1, 1),
            pool(),
            conv(4, 8, 3, 1, 1),
            up(8, 4, 2, 2),
            {"op": "concat_from", "from": 0},
            conv(4, 1, 3, 1, 1),
        ],
        {},
        "layer 5 (conv): in_channels 4 → 8",
    ),
    "a skip from the wrong layer": (
        [1, 32, 32],
        [
            conv(1, 4, 3, 1, 1),
            pool(),
            conv(4, 8, 3, 1, 1),
            up(8, 4, 2, 2),
            {"op": "concat_from", "from": 1},
            conv(8, 1, 3, 1, 1),
        ],
        {},
        "layer 4 (concat_from): from 1 → 0",
    ),
    "a dilation wider than the signal": (
        [1, 100],
        [conv(1, 8, 3, 1, 0, dilation=64)],
        {},
        "layer 0 (conv): padding 0 → same",
    ),
    "an audio signal of another length": (
        [1, 16_000],
        [conv(1, 8, 80, 4), pool(4), conv(8, 8, 3), pool(4), FLAT, linear(400, 10)],
        {},
        "layer 5 (linear): in_features 400 → 1984",
    ),
    "too few frames for the pools of a video": (
        [1, 8, 112, 112],
        [conv(1, 8, 3, 1, 1), pool([1, 2, 2]), pool(), pool(), pool(), pool()],
        {},
        "layer 5 (max_pool): kernel_size 2 → [1, 2, 2]",
    ),
    "a last convolution without padding": (
        [8, 7, 7],
        [
            {"op": "upsample", "scale_factor": 2},
            {"op": "upsample", "scale_factor": 2},
            conv(8, 1, 3),
        ],
        {"wanted_shape": [1, 28, 28]},
        "layer 2 (conv): padding 0 → 1",
    ),
    "a mode for another number of axes": (
        [8, 7],
        [{"op": "upsample", "scale_factor": 2, "mode": "bilinear"}],
        {},
        "layer 0 (upsample): mode bilinear → linear",
    ),
    "a pool rounded up": (
        [8, 7, 7],
        [pool(ceil_mode=True), pool(ceil_mode=True), FLAT, linear(8, 2)],
        {},
        "layer 3 (linear): in_features 8 → 32",
    ),
    "a pool padded by more than half its kernel": (
        [8, 7, 7],
        [pool(padding=2)],
        {},
        "layer 0 (max_pool): padding 2 → 1",
    ),
    "a latent vector without axes": (
        [100],
        [up(100, 8, 4), up(8, 3, 4, 2, 1)],
        {"batch": 64},
        "add reshape (shape [100, 1, 1]) before layer 0",
    ),
    "a picture without a channel": (
        [28, 28],
        [conv(1, 8, 3, ndim=2)],
        {},
        "add reshape (shape [1, 28, 28]) before layer 0",
    ),
    "a norm for pictures on a vector": (
        [100],
        [linear(100, 64), {"op": "norm", "num_features": 64, "ndim": 2}],
        {},
        "layer 1 (norm): ndim 2 → 1",
    ),
    "a norm for other channels": (
        [3, 8, 8],
        [conv(3, 8, 3), {"op": "norm", "num_features": 16}],
        {},
        "layer 1 (norm): num_features 16 → 8",
    ),
    "sides that are not multiples of the strides": (
        [3, 54, 44],
        [conv(3, 4, 4, 2, 1), conv(4, 4, 4, 2, 1), up(4, 4, 4, 2, 1), up(4, 3, 4, 2, 1)],
        {"wanted_shape": [3, 54, 44]},
        "layer 2 (conv_transpose): output_padding 0 → [1, 0]",
    ),
    "a mean before a linear layer": (
        [3, 32, 32],
        [conv(3, 8, 3), {"op": "global_pool"}, linear(64, 10)],
        {},
        "layer 2 (linear): in_features 64 → 8",
    ),
    "a residual of other channels": (
        [3, 32, 32],
        [conv(3, 8, 3, 1, 1), conv(8, 16, 3, 1, 1), {"op": "add_from", "from": 0}],
        {},
        "layer 1 (conv): out_channels 16 → 8",
    ),
    "a residual without padding": (
        [3, 32, 32],
        [conv(3, 8, 3, 1, 1), conv(8, 8, 3), {"op": "add_from", "from": 0}],
        {},
        "layer 1 (conv): padding 0 → 1",
    ),
    "a score with its axes": (
        [3, 32, 32],
        [conv(3, 8, 32), {"op": "norm"}],
        {"wanted_shape": [8]},
        "add flatten at the end",
    ),
    "no flatten before the linear layer": (
        [3, 8, 8],
        [conv(3, 4, 3), linear(144, 10)],
        {},
        "add flatten before layer 1",
    ),
}
