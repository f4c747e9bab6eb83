"""Residual sources for another picture size: blocks added or removed, and the edited text is run here again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from designer import design
from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.sources import residual_texts as texts
from tests.audit.sources.test_residual_sources import network_of
from tests.audit.sources.test_source_adaptation import lines
from tests.audit.sources.test_source_repairs import patched
from tests.networks.residual.residual_designs import residual_design

pytestmark = pytest.mark.torch

Json = dict[str, Any]

FIXED_HEAD = texts.SNGAN.replace(
    "nn.utils.spectral_norm(nn.Linear(ndf << 2, 1))", "nn.Linear((ndf << 2) * 4 * 4, 1)"
).replace("torch.sum(F.relu(h), dim=(2, 3))", "F.relu(h).flatten(1)")
"""SNGAN's networks, with a discriminator whose head takes a map of 4×4."""

NESTED = texts.SNGAN.replace(
    "        h = self.block2(h)\n        h = self.block3(h)\n        h = self.block4(h)\n        h = F.relu(self.b5",
    "        h = self.block4(self.block3(self.block2(h)))\n        h = F.relu(self.b5",
)
"""SNGAN's generator, with its blocks called inside each other."""

COMMENTED = texts.SNGAN.replace(
    "ngf >> 3, upsample=True)", "ngf >> 3, upsample=True)  # 32×32"
).replace("self.block4(h)", "self.block4(h)  # the last one")
"""The same with comments, each of which stays with its line."""

Case = tuple[str, str, list[int], int, list[str], list[str]]

CASES: dict[str, Case] = {
    "SNGAN for 64": (
        texts.SNGAN,
        "Generator()",
        [16],
        64,
        ["self.block5 = GBlock(ngf >> 3, ngf >> 3, upsample=True)", "h = self.block5(h)"],
        [],
    ),
    "SNGAN for 128": (
        texts.SNGAN,
        "Generator()",
        [16],
        128,
        [
            "self.block5 = GBlock(ngf >> 3, ngf >> 3, upsample=True)",
            "self.block6 = GBlock(ngf >> 3, ngf >> 3, upsample=True)",
            "h = self.block5(h)",
            "h = self.block6(h)",
        ],
        [],
    ),
    "SNGAN for 16": (
        texts.SNGAN,
        "Generator()",
        [16],
        16,
        ["self.block3 = GBlock(ngf >> 1, ngf >> 3, upsample=True)"],
        [
            "self.block3 = GBlock(ngf >> 1, ngf >> 2, upsample=True)",
            "self.block4 = GBlock(ngf >> 2, ngf >> 3, upsample=True)",
            "h = self.block4(h)",
        ],
    ),
    "SNGAN for 48": (
        texts.SNGAN,
        "Generator()",
        [16],
        48,
        ["def __init__(self, nz=16, ngf=32, bottom_width=6):"],
        ["def __init__(self, nz=16, ngf=32, bottom_width=4):"],
    ),
    "comments": (
        COMMENTED,
        "Generator()",
        [16],
        64,
        ["self.block5 = GBlock(ngf >> 3, ngf >> 3, upsample=True)", "h = self.block5(h)"],
        [],
    ),
    "calls inside each other, for 64": (
        NESTED,
        "Generator()",
        [16],
        64,
        [
            "self.block5 = GBlock(ngf >> 3, ngf >> 3, upsample=True)",
            "h = self.block5(self.block4(self.block3(self.block2(h))))",
        ],
        ["h = self.block4(self.block3(self.block2(h)))"],
    ),
    "calls inside each other, for 16": (
        NESTED,
        "Generator()",
        [16],
        16,
        [
            "self.block3 = GBlock(ngf >> 1, ngf >> 3, upsample=True)",
            "h = self.block3(self.block2(h))",
        ],
        [
            "self.block3 = GBlock(ngf >> 1, ngf >> 2, upsample=True)",
            "self.block4 = GBlock(ngf >> 2, ngf >> 3, upsample=True)",
            "h = self.block4(self.block3(self.block2(h)))",
        ],
    ),
    "a Sequential for 64": (
        texts.SEQUENTIAL,
        "Generator(16)",
        [16],
        64,
        ["ResBlockGenerator(GEN_SIZE, GEN_SIZE, stride=2),"],
        [],
    ),
    "a Sequential for 16": (
        texts.SEQUENTIAL,
        "Generator(16)",
        [16],
        16,
        [],
        ["ResBlockGenerator(GEN_SIZE, GEN_SIZE, stride=2),"],
    ),
    "a Sequential for 96": (
        texts.SEQUENTIAL,
        "Generator(16)",
        [16],
        96,
        [
            "self.dense = nn.Linear(self.z_dim, 12 * 12 * GEN_SIZE)",
            "return self.model(self.dense(z).view(-1, self.size, 12, 12))",
        ],
        [
            "self.dense = nn.Linear(self.z_dim, 4 * 4 * GEN_SIZE)",
            "return self.model(self.dense(z).view(-1, self.size, 4, 4))",
        ],
    ),
    "a list of widths for 64": (
        texts.LOOP,
        "G()",
        [16],
        64,
        ["def __init__(self, latent=16, widths=(32, 16, 8, 4, 4)):"],
        ["def __init__(self, latent=16, widths=(32, 16, 8, 4)):"],
    ),
    "a list of widths for 16": (
        texts.LOOP,
        "G()",
        [16],
        16,
        ["def __init__(self, latent=16, widths=(16, 8, 4)):"],
        ["def __init__(self, latent=16, widths=(32, 16, 8, 4)):"],
    ),
    "a discriminator of 64": (
        FIXED_HEAD,
        "Discriminator()",
        [3, 32, 32],
        64,
        [
            "self.block3_2 = DBlock(ndf << 2, ndf << 2, downsample=True)",
            "h = self.block3_2(h)",
        ],
        [],
    ),
    "a discriminator of 16": (
        FIXED_HEAD,
        "Discriminator()",
        [3, 32, 32],
        16,
        ["self.block2 = DBlock(ndf, ndf << 2, downsample=True)"],
        [
            "self.block2 = DBlock(ndf, ndf << 1, downsample=True)",
            "self.block3 = DBlock(ndf << 1, ndf << 2, downsample=True)",
            "h = self.block3(h)",
        ],
    ),
}


def adapted_answer(pool: Pool, text: str, network: str, shape: list[int], sides: object) -> Json:
    request = {"source": text, "network": network, "input_shape": shape, "adapt_to": sides}
    answer: Json = audit(read_request(request), runner=pool.run)
    return answer


def torch_output(text: str, expression: str, shape: list[int]) -> list[int]:
    """What the network of a text gives, in this process."""
    with torch.no_grad():
        return [*network_of(text, expression)(torch.zeros(2, *shape)).shape[1:]]


@pytest.mark.parametrize("name", CASES)
def test_blocks_are_added_and_removed_as_people_do(name: str, tmp_path: Path, pool: Pool) -> None:
    """The diff has these lines, and the edited text gives pictures of the size, or takes them."""
    text, network, shape, side, added, removed = CASES[name]
    before = torch_output(text, network, shape)
    adapted = adapted_answer(pool, text, network, shape, side)["adapted"]
    assert (lines(adapted["diff"], "+"), lines(adapted["diff"], "-")) == (added, removed)
    edited = patched(text, adapted["diff"], tmp_path)
    given = adapted["input_shape"]
    found = torch_output(edited, network, given)
    assert found == adapted["output_shape"]
    assert (given, found) == (
        ([3, side, side], before) if len(shape) == 3 else (shape, [3, side, side])
    )


OURS = {
    "resize": "up_block(width[0], width[0], size=(64, 64)),",
    "subpixel": "up_block(width[0], width[0], factor=2),",
    "transposed": (
        "up_block(width[0], width[0], kernel_size=4, stride=2, padding=1, output_padding=0),"
    ),
}


@pytest.mark.parametrize("case", OURS)
def test_a_design_gets_one_more_block(case: str, tmp_path: Path, pool: Pool) -> None:
    """In its own words, behind the comment of the line before."""
    found = residual_design(case)
    shape = [*found.gan.generator.input_map.shape]
    sides = [2 * side for side in found.gan.discriminator.input_map.size]
    text = found.source.text
    adapted = adapted_answer(pool, text, "Generator", shape, sides)["adapted"]
    assert (lines(adapted["diff"], "+"), lines(adapted["diff"], "-")) == ([OURS[case]], [])
    assert torch_output(patched(text, adapted["diff"], tmp_path), "Generator()", shape) == [
        3,
        *sides,
    ]


@pytest.mark.parametrize("text", ["ours", "SNGAN"])
def test_a_size_without_an_edit_has_a_reason_and_a_residual_brief(text: str, pool: Pool) -> None:
    """The brief is one that `design` takes."""
    found = residual_design("transposed")
    source, network, shape = (
        (found.source.text, "Generator", [16, 1, 1])
        if text == "ours"
        else (texts.SNGAN, "netG", [16])
    )
    answer = adapted_answer(pool, source, network, shape, [97, 61])
    assert answer["adapted"] is None
    assert answer["reasons"][-1] == {
        "code": "not_adapted",
        "facts": {"sides": [97, 61]},
        "sentence": "no edit was found that makes it a network for 97×61",
    }
    brief = answer["nearest"]["design"]
    assert brief == {
        "resolution": [97, 61],
        "latent_dim": 16,
        "channels": 3,
        "architecture": "resnet",
    }
    made = design(brief.pop("resolution"), verify="none", **brief)
    assert made.gan.discriminator.input_map.shape == (3, 97, 61)


def test_a_missed_size_has_a_repair_with_a_block_and_a_residual_brief(pool: Pool) -> None:
    request = {"source": texts.SNGAN, "network": "netG", "input_shape": [16]}
    request["wanted_shape"] = [3, 64, 64]
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "misses"
    assert answer["repairs"][0]["idea"] == ["copied_stage"]
    assert answer["repairs"][0]["output_shape"] == [3, 64, 64]
    assert answer["nearest"]["design"]["architecture"] == "resnet"


def test_a_list_that_is_not_adapted_has_a_reason_and_a_brief() -> None:
    """Residual if it has residual blocks."""
    larger = {"op": "upsample", "scale_factor": 2}
    point = {"op": "conv", "in_channels": 8, "out_channels": 8, "kernel_size": 1}
    layers = [
        larger,
        point,
        {"op": "branch_from", "from": -1},
        larger,
        {"op": "add_from", "from": 1},
    ]
    request = {"input_shape": [8, 4, 4], "layers": layers, "adapt_to": [1009, 17]}
    answer: Any = audit(read_request(request), runner=None)
    assert answer["adapted"] is None
    assert answer["reasons"][-1]["code"] == "not_adapted"
    assert answer["nearest"]["design"]["architecture"] == "resnet"
