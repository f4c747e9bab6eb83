"""Vocoders with residual branches, as their authors write them: what they give at every length."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from designer.audit import audit, read_request
from designer.verification import Pool

pytestmark = [pytest.mark.torch]

SOURCE = """import torch
import torch.nn as nn
import torch.nn.functional as F


class ResBlock(nn.Module):
    def __init__(self, channels, kernel_size=3, dilation=(1, 3)):
        super().__init__()
        self.convs = nn.ModuleList(
            [
                nn.Conv1d(channels, channels, kernel_size, 1, dilation=d, padding=(kernel_size * d - d) // 2)
                for d in dilation
            ]
        )

    def forward(self, x):
        for conv in self.convs:
            xt = F.leaky_relu(x, 0.1)
            xt = conv(xt)
            x = xt + x
        return x


class Generator(nn.Module):
    def __init__(self, rates=RATES, kernels=KERNELS, channels=16):
        super().__init__()
        self.conv_pre = nn.Conv1d(80, channels, 7, 1, padding=3)
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        for i, (u, k) in enumerate(zip(rates, kernels)):
            self.ups.append(nn.ConvTranspose1d(channels // 2**i, channels // 2 ** (i + 1), k, u, padding=(k - u) // 2))
            self.resblocks.append(ResBlock(channels // 2 ** (i + 1), 3))
            self.resblocks.append(ResBlock(channels // 2 ** (i + 1), 7))
        self.conv_post = nn.Conv1d(channels // 8, 1, 7, 1, padding=3)

    def forward(self, x):
        x = self.conv_pre(x)
        for i, up in enumerate(self.ups):
            x = F.leaky_relu(x, 0.1)
            x = up(x)
            xs = None
            for block in self.resblocks[2 * i : 2 * i + 2]:
                xs = block(x) if xs is None else xs + block(x)
            x = xs / 2
        x = F.leaky_relu(x)
        x = self.conv_post(x)
        return torch.tanh(x)
"""
"""A HiFi-GAN: each stage adds the results of several blocks, each of which adds its input."""

SETTINGS = {
    "HiFi-GAN V3": ((8, 8, 4), (16, 16, 8)),
    "hifi-gan issue 12": ((8, 5, 5), (16, 10, 10)),
    "hifi-gan issue 125": ((2, 5, 4), (4, 15, 8)),
    "one stage that loses": ((2, 4, 3), (4, 8, 5)),
    "two that cancel": ((3, 1, 2), (4, 1, 5)),
}
"""Rates and kernels; the padding is ⌊(k − u)/2⌋."""


FRAMES = 9


def source_of(name: str) -> str:
    rates, kernels = SETTINGS[name]
    return SOURCE.replace("RATES", str(rates)).replace("KERNELS", str(kernels))


def lengths_of(text: str) -> list[int]:
    """What torch gives for 1 to 12 frames."""
    scope: dict[str, Any] = {}
    exec(text, scope)
    network = scope["Generator"]()
    with torch.no_grad():
        return [network(torch.zeros(1, 80, n)).shape[-1] for n in range(1, 13)]


def warnings_of(text: str, pool: Pool) -> list[str]:
    request = {"source": text, "network": "Generator", "input_shape": [80, FRAMES]}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "fits"
    assert answer["layers"] == []
    assert [row["warnings"] for row in answer["trace"]] == [
        node["warnings"] for node in answer["graph"]["nodes"]
    ]
    return [w for row in answer["trace"] for w in row["warnings"] if "every length" in w]


@pytest.mark.parametrize("name", SETTINGS)
def test_branches_do_not_hide_what_is_lost(name: str, pool: Pool) -> None:
    """A warning exactly where torch's lengths are no multiple, with torch's numbers."""
    text = source_of(name)
    rates = SETTINGS[name][0]
    factor = rates[0] * rates[1] * rates[2]
    (offset,) = {length - factor * n for n, length in enumerate(lengths_of(text), start=1)}
    warnings = warnings_of(text, pool)
    assert bool(offset) == bool(warnings)
    if warnings:
        sign = "−" if offset < 0 else "+"
        assert f"has {factor}·n {sign} {abs(offset)} positions for n" in warnings[0]


def test_the_warning_names_the_calls_and_their_changes(pool: Pool) -> None:
    """By their numbers in the trace; with the changes nothing is lost."""
    text = source_of("hifi-gan issue 12")
    (warning,) = warnings_of(text, pool)
    said = "kernel 10 stride 5 padding 2, multiplies exactly with padding 3 and output padding 1"
    assert warning.count(said) == 2
    mended = text.replace(
        "k, u, padding=(k - u) // 2", "k, u, padding=(k - u + 1) // 2, output_padding=(k - u) % 2"
    )
    assert warnings_of(mended, pool) == []
    assert lengths_of(mended) == [200 * n for n in range(1, 13)]


@pytest.mark.parametrize("cut", [0, 6], ids=["at its length", "shorter"])
def test_a_call_without_a_known_law_has_no_warning(pool: Pool, cut: int) -> None:
    """An output cut to a fixed length follows no law of the input's, also where nothing is cut off."""
    text = source_of("hifi-gan issue 12")
    length = lengths_of(text)[FRAMES - 1] - cut
    assert warnings_of(text.replace("torch.tanh(x)", f"torch.tanh(x)[..., :{length}]"), pool) == []


def test_maps_that_are_joined_along_the_length_have_no_warning(pool: Pool) -> None:
    """Their length is a sum."""
    text = source_of("hifi-gan issue 12")
    assert warnings_of(text.replace("torch.tanh(x)", "torch.cat([x, x], 2)"), pool) == []
