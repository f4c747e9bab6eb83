"""R3GAN's sources for other picture sizes, and repairs: torch runs every edited text here again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from designer import design
from designer.audit import audit, read_request
from designer.audit.layers_json import read_audit_layers
from designer.audit.repairs.nearest_json import suggest_layers_brief
from designer.audit.trace import AuditNetwork
from designer.verification import Pool
from tests.audit.sources.r3gan_texts import PEOPLE, R3GAN, small_design
from tests.audit.sources.test_residual_adaptation import adapted_answer, torch_output
from tests.audit.sources.test_source_adaptation import lines
from tests.audit.sources.test_source_repairs import patched

pytestmark = [pytest.mark.torch, pytest.mark.slow]

Json = dict[str, Any]

ADAPTED = {
    "G for 64": (
        "G",
        64,
        ["WidthPerStage = [16, 16, 8, 8, 8]", "BlocksPerStage = [2, 1, 1, 1, 1]"],
    ),
    "D for 64": (
        "D",
        64,
        ["WidthPerStage = [16, 16, 8, 8, 8]", "BlocksPerStage = [2, 1, 1, 1, 1]"],
    ),
    "G for 16": ("G", 16, ["WidthPerStage = [16, 16, 8]", "CardinalityPerStage = [4, 4, 2]"]),
    "D for 16": ("D", 16, ["WidthPerStage = [16, 16, 8]", "CardinalityPerStage = [4, 4, 2]"]),
    "G for 48": (
        "G",
        48,
        ["self.Basis = nn.Parameter(torch.empty(OutputChannels, 6, 6).normal_(0, 1))"],
    ),
    "D for 48": ("D", 48, []),
    "G for 40×24": (
        "G",
        [40, 24],
        ["self.Basis = nn.Parameter(torch.empty(OutputChannels, 5, 3).normal_(0, 1))"],
    ),
}


@pytest.mark.parametrize("name", ADAPTED)
def test_the_published_style_gets_other_levels_or_another_basis(
    name: str, tmp_path: Path, pool: Pool
) -> None:
    """All lists that have a number for each level change together; sizes between them change the basis."""
    network, sides, added = ADAPTED[name]
    shape = PEOPLE[network]
    adapted = adapted_answer(pool, R3GAN, network, shape, sides)["adapted"]
    written = [line[1:].strip() for line in adapted["diff"].splitlines() if line.startswith("+")]
    assert [line for line in added if line not in written] == []
    sizes = sides if isinstance(sides, list) else [sides, sides]
    given = shape if network == "G" else [3, *sizes]
    edited = patched(R3GAN, adapted["diff"], tmp_path)
    assert torch_output(edited, network, given) == ([3, *sizes] if network == "G" else [])


LARGER = "InterpolatingUpsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),"
SMALLER = "InterpolatingDownsample(kernel_size=(4, 4), stride=(2, 2), padding=(1, 1)),"

OUR_SIZES: dict[str, tuple[str, list[int], list[str]]] = {
    "a level more": ("generator", [96, 96], [LARGER, "block(width[0]),"]),
    "a level more of the discriminator": (
        "discriminator",
        [96, 96],
        ["block(width[2]),", SMALLER],
    ),
    "a level less": ("generator", [24, 24], []),
    "a level less of the discriminator": ("discriminator", [24, 24], []),
    "another basis": ("generator", [64, 40], ["Basis(width[3], (8, 5)),  # 16×6×6: 1 → 6"]),
    "an output padding": ("generator", [49, 49], []),
}


@pytest.mark.parametrize("name", OUR_SIZES)
def test_a_design_is_adapted_by_level(name: str, tmp_path: Path, pool: Pool) -> None:
    """A level is a resampler and its blocks; the edited text runs at the size."""
    role, sides, added = OUR_SIZES[name]
    found = small_design(48, 48)
    text, network = found.source.text, role.capitalize()
    shape = [*getattr(found.gan, role).input_map.shape]
    adapted = adapted_answer(pool, text, network, shape, sides)["adapted"]
    if added:
        assert lines(adapted["diff"], "+") == added
    given = shape if role == "generator" else [3, *sides]
    output = torch_output(patched(text, adapted["diff"], tmp_path), f"{network}()", given)
    assert output == ([3, *sides] if role == "generator" else [])


@pytest.mark.parametrize("text", ["ours", "published"])
def test_a_missed_size_has_a_level_more_and_an_r3gan_as_brief(
    text: str, tmp_path: Path, pool: Pool
) -> None:
    """The first repair is run by torch here, and the brief is one that `design` takes."""
    source, network, shape = (R3GAN, "G", [12])
    if text == "ours":
        source, network, shape = small_design(32, 32).source.text, "Generator()", [12, 1, 1]
    request = {"source": source, "network": network, "input_shape": shape}
    answer: Any = audit(read_request(request | {"wanted_shape": [3, 64, 64]}), runner=pool.run)
    assert answer["verdict"] == "misses"
    first = answer["repairs"][0]
    assert first["idea"] == ["copied_stage"]
    assert torch_output(patched(source, first["diff"], tmp_path), network, shape) == [3, 64, 64]
    brief = answer["nearest"]["design"]
    assert brief["architecture"] == "r3gan"
    made = design(brief.pop("resolution"), verify="none", **brief)
    assert made.gan.generator.output_map.shape == (3, 64, 64)


def test_a_size_without_an_edit_has_a_reason_and_an_r3gan_as_brief(pool: Pool) -> None:
    answer = adapted_answer(pool, R3GAN, "G", [12], [97, 61])
    assert answer["adapted"] is None
    assert answer["reasons"][-1]["code"] == "not_adapted"
    assert answer["nearest"]["design"]["architecture"] == "r3gan"


def test_a_list_with_a_basis_and_resamplers_has_an_r3gan_as_brief() -> None:
    """Other residual lists keep theirs."""

    def each_channel(op: str, kernel: int, **window: int) -> Json:
        channels = dict.fromkeys(("in_channels", "out_channels", "groups"), 8)
        return {"op": op, "kernel_size": kernel, "bias": False, **channels, **window}

    def brief(larger: Json) -> Json:
        point = {"op": "conv", "in_channels": 8, "out_channels": 8, "kernel_size": 1}
        stem = each_channel("conv_transpose", 4)
        given = [stem, point, {"op": "add_from", "from": 0}, larger]
        network = AuditNetwork(
            input_shape=(8, 1, 1), layers=read_audit_layers(given, pointer="/layers")
        )
        found = suggest_layers_brief(network, (3, 64, 64))
        assert found is not None
        return found

    interpolated = each_channel("conv_transpose", 4, stride=2, padding=1)
    assert brief(interpolated)["architecture"] == "r3gan"
    assert brief({"op": "upsample", "scale_factor": 2})["architecture"] == "resnet"
