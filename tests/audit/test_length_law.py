"""Posted settings of vocoders and codecs: what they give at every length, and the smallest change."""

from __future__ import annotations

import re
from itertools import product
from math import ceil
from typing import Any

import pytest
import torch
from torch import nn

from designer.audit import audit, read_request

pytestmark = pytest.mark.torch

CHANNELS = 4

HIFI_GAN = {
    "HiFi-GAN V1 and V2, BigVGAN 22 kHz": ([8, 8, 2, 2], [16, 16, 4, 4]),
    "HiFi-GAN V3": ([8, 8, 4], [16, 16, 8]),
    "hifi-gan issue 12": ([8, 5, 5], [16, 10, 10]),
    "hifi-gan issue 55": ([8, 5, 3, 2], [16, 10, 6, 4]),
    "hifi-gan issue 116": ([8, 8, 2, 2, 2], [16, 16, 4, 4, 4]),
    "hifi-gan issue 125": ([2, 5, 4, 4], [16, 15, 4, 4]),
    "BigVGAN 24 kHz": ([4, 4, 2, 2, 2, 2], [8, 8, 4, 4, 4, 4]),
}
"""Rates and kernels; the padding is ⌊(k − u)/2⌋."""

DAC = {"DAC 44 kHz": [8, 8, 4, 2], "DAC 24 kHz": [8, 5, 4, 2], "DAC 16 kHz": [8, 5, 4, 2]}
"""Rates; the kernel is 2u and the padding ⌈u/2⌉."""

INEXACT = {"hifi-gan issue 12", "hifi-gan issue 55", "DAC 24 kHz", "DAC 16 kHz"}


def windows_of(name: str) -> list[tuple[int, int, int]]:
    """Kernel, stride and padding of each transposed layer."""
    if name in HIFI_GAN:
        return [(k, u, (k - u) // 2) for u, k in zip(*HIFI_GAN[name], strict=True)]
    return [(2 * u, u, ceil(u / 2)) for u in DAC[name]]


def layer(kernel_size: int, stride: int, padding: int, output_padding: int = 0) -> dict[str, Any]:
    return {
        "op": "conv_transpose", "in_channels": CHANNELS, "out_channels": CHANNELS, "ndim": 1,
        "kernel_size": kernel_size, "stride": stride, "padding": padding,
        "output_padding": output_padding,
    }  # fmt: skip


def warnings_of(layers: list[dict[str, Any]]) -> list[Any]:
    first = {"op": "conv", "in_channels": 80, "out_channels": CHANNELS, "ndim": 1}
    first |= {"kernel_size": 7, "padding": 3}
    request = read_request({"input_shape": [80, 32], "layers": [first, *layers]})
    answer: Any = audit(request, runner=None)
    assert answer["verdict"] == "fits"
    return [w for row in answer["trace"] for w in row["warnings"] if "every length" in str(w)]


def lengths_of(layers: list[dict[str, Any]]) -> list[int]:
    """What torch gives for 1 to 40 positions."""
    made = [
        nn.ConvTranspose1d(
            1, 1, *(row[name] for name in ("kernel_size", "stride", "padding", "output_padding"))
        )
        for row in layers
    ]
    return [nn.Sequential(*made)(torch.zeros(1, 1, n)).shape[-1] for n in range(1, 41)]


@pytest.mark.parametrize("name", [*HIFI_GAN, *DAC])
def test_posted_settings_are_judged_as_torch_does(name: str) -> None:
    """A warning exactly where torch's lengths are no multiple, with torch's numbers."""
    layers = [layer(*window) for window in windows_of(name)]
    factor = 1
    for _, stride, _ in windows_of(name):
        factor *= stride
    lost = {o - factor * n for n, o in enumerate(lengths_of(layers), start=1)}
    assert len(lost) == 1
    (offset,) = lost
    warnings = warnings_of(layers)
    assert (name in INEXACT) == bool(offset) == bool(warnings)
    if warnings:
        sign = "−" if offset < 0 else "+"
        assert f"{factor}·n {sign} {abs(offset)} positions" in str(warnings[0])


def test_a_published_codec_loses_eight_samples() -> None:
    """The layer and the one number that it lacks; with it nothing is lost."""
    layers = [layer(*window) for window in windows_of("DAC 24 kHz")]
    (warning,) = warnings_of(layers)
    assert "320·n − 8 positions for n at every length" in str(warning)
    assert "layer 2, kernel 10 stride 5 padding 3, lacks output padding 1" in str(warning)
    layers[1]["output_padding"] = 1
    assert warnings_of(layers) == []
    assert lengths_of(layers) == [320 * n for n in range(1, 41)]


def test_a_gain_is_mended_by_padding_and_output_padding() -> None:
    """A kernel of 10 at stride 5 has an odd difference: both numbers change."""
    layers = [layer(*window) for window in windows_of("hifi-gan issue 12")]
    (warning,) = warnings_of(layers)
    for index in (2, 3):
        said = f"layer {index}, kernel 10 stride 5 padding 2, multiplies exactly"
        assert f"{said} with padding 3 and output padding 1" in str(warning)
    for row in layers[1:]:
        row |= {"padding": 3, "output_padding": 1}
    assert warnings_of(layers) == []
    assert lengths_of(layers) == [200 * n for n in range(1, 41)]


def test_a_codec_that_crops_multiplies_exactly() -> None:
    """EnCodec pads nothing and crops k − s at the end of each layer."""
    layers: list[dict[str, Any]] = []
    for rate in (8, 5, 4, 2):
        layers += [layer(2 * rate, rate, 0), {"op": "crop", "crop": [[0, rate]]}]
    assert warnings_of(layers) == []
    del layers[3]
    (warning,) = warnings_of(layers)
    assert "320·n + 40 positions" in str(warning)


def test_a_generator_from_a_latent_vector_is_not_warned() -> None:
    """Its input has one length."""
    rows = [layer(4, 1, 0), layer(5, 2, 1)]
    request = read_request({"input_shape": [CHANNELS, 1], "layers": rows})
    answer: Any = audit(request, runner=None)
    assert "every length" not in str(answer["trace"])


@pytest.mark.parametrize("kernel_size", range(1, 8))
def test_the_change_of_any_window_makes_it_exact(kernel_size: int) -> None:
    """Also of kernels shorter than their stride."""
    for stride, padding in product(range(2, 7), range(kernel_size)):
        row = layer(kernel_size, stride, padding)
        if stride * 9 + kernel_size - stride - 2 * padding < 1:
            continue
        warnings = warnings_of([row])
        exact = kernel_size == stride + 2 * padding
        assert len(warnings) == (not exact)
        for text in map(str, warnings):
            found = re.search(r"(?: padding (\d+))?(?: and)?(?: output padding (\d+))?\.$", text)
            assert found is not None, text
            names = ("padding", "output_padding")
            row |= {n: int(v) for n, v in zip(names, found.groups(), strict=True) if v is not None}
            assert lengths_of([row]) == [stride * n for n in range(1, 41)], text
