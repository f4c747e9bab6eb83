"""R3GAN's sources, ours and as its authors write them: what their calls compute, and their mirrors.

Torch is the oracle: it runs the texts, and the layers that the audit lists.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import nn

from designer.audit import audit, read_request
from designer.audit.sources.computed_layers import (
    FunctionCall,
    computed_activation,
    computed_layer,
)
from designer.verification import Pool
from tests.audit.sources.r3gan_texts import PEOPLE, R3GAN, small_design
from tests.audit.sources.test_residual_adaptation import torch_output
from tests.audit.sources.test_residual_sources import (
    assert_mirrored,
    audited,
    block_ends,
    network_of,
)

pytestmark = pytest.mark.torch

Json = dict[str, Any]


def hooked_maps(network: nn.Module, shape: list[int]) -> dict[str, list[int]]:
    """The output of every module by name, as torch gives it."""
    found: dict[str, list[int]] = {}
    for name, module in network.named_modules():
        module.register_forward_hook(
            lambda _, given, output, name=name: found.update({name: [*output.shape[1:]]})
        )
    with torch.no_grad():
        network(torch.zeros(2, *shape))
    return found


RESOLUTIONS = [(48,), (48, 36), (49, 33), (12, 8, 10)]
ROLES = ("generator", "discriminator")
OUR_CASES = [(sizes, role) for sizes in RESOLUTIONS for role in ROLES]


@pytest.mark.parametrize(("sizes", "role"), OUR_CASES)
def test_a_design_has_laws_for_all_that_changes_sizes_and_a_mirror(
    sizes: tuple[int, ...], role: str, pool: Pool
) -> None:
    """On one to three axes; the mirror goes back block by block and leaves nothing out."""
    found = small_design(*sizes)
    network = network_of(found.source.text, f"{role.capitalize()}()")
    shape = [*getattr(found.gan, role).input_map.shape]
    answer = audited(pool, found.source.text, role.capitalize(), shape)
    assert answer["verdict"] == "fits"
    maps = hooked_maps(network, shape)
    named = [row for row in answer["trace"] if row["class"] != "add" and row["name"] in maps]
    assert [row["output_shape"] for row in named] == [maps[row["name"]] for row in named]
    resized = [row for row in named if row["input_shape"][1:] != row["output_shape"][1:]]
    laws = {(row["class"], row["op"]) for row in resized}
    larger = {("Basis", "conv_transpose"), ("InterpolatingUpsample", "conv_transpose")}
    smaller = {(f"Conv{len(sizes)}d", "conv"), ("InterpolatingDownsample", "conv")}
    assert (larger if role == "generator" else smaller) <= laws
    assert ("module" in {op for _, op in laws}) is (role == "generator")  # Unflatten alone
    assert all(row["arithmetic"] for row in resized if "Interpolating" in row["class"])
    assert answer["mirror_left_out"] == []
    assert_mirrored(answer, block_ends(network, {"Block"}, shape))


@pytest.mark.parametrize("network", PEOPLE)
def test_the_mirror_of_the_published_style_goes_back_block_by_block(
    network: str, pool: Pool
) -> None:
    """Its resamplers fold channels into the batch, its convolutions are functions."""
    shape = PEOPLE[network]
    answer = audited(pool, R3GAN, network, shape)
    assert answer["verdict"] == "fits"
    assert answer["mirror_left_out"] == []
    assert_mirrored(answer, block_ends(network_of(R3GAN, network), {"ResidualBlock"}, shape))


def test_the_generators_mirror_ends_in_the_discriminators_basis(pool: Pool) -> None:
    """Level by level it has the windows of the discriminator: the published ones are each other's mirror."""
    kinds = ("kernel_size", "stride", "padding", "groups", "in_channels", "out_channels")

    def windows(layers: list[Json]) -> list[list[int]]:
        found = [layer for layer in layers if layer["op"] == "conv"]
        rows = [[layer.get(name, 1 if "p" not in name else 0) for name in kinds] for layer in found]
        return [[each[0] if isinstance(each, list) else each for each in row] for row in rows]

    back = audited(pool, R3GAN, "G", [12])["mirror"]
    forth = audited(pool, R3GAN, "D", [3, 32, 32])["layers"]
    strided = [row for row in windows(back) if row[0] == 4]
    assert strided == [row for row in windows(forth) if row[0] == 4]
    assert [row[3] for row in strided] == [8, 8, 16, 16]


@pytest.mark.parametrize("network", PEOPLE)
def test_a_listed_layer_computes_what_its_call_computes(network: str, pool: Pool) -> None:
    """Resamplers, convolutions and the basis as torch's own functions, from the fields of the list."""
    made, shape = network_of(R3GAN, network), PEOPLE[network]
    layers = audited(pool, R3GAN, network, shape)["layers"]
    seen: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []

    def note(module: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        kind = type(module).__name__
        if kind == "GenerativeBasis":
            position = module.LinearLayer(given[0])[:, :, None, None]
            seen.append((position, module.Basis.unsqueeze(1), output))
        elif kind == "Convolution":
            seen.append((given[0], module.Layer.weight, output))
        elif kind.startswith("Interpolative"):
            kernel = module.Kernel * (4 if "Up" in kind else 1)
            channels = given[0].shape[1]
            seen.append((given[0], kernel.expand(channels, 1, *kernel.shape), output))

    for module in made.modules():
        module.register_forward_hook(note)
    with torch.no_grad():
        made(torch.randn(2, *shape))
        computed = [layer for layer in layers if layer["op"] in ("conv", "conv_transpose")]
        for layer, (given, weight, output) in zip(computed, seen, strict=False):
            function = getattr(functional, f"{layer['op']}2d")
            names = ("stride", "padding", "groups")
            found = function(
                given, weight, **{each: layer[each] for each in names if each in layer}
            )
            assert (layer["in_channels"], layer["out_channels"]) == (
                given.shape[1],
                output.shape[1],
            )
            assert torch.allclose(found, output, atol=1e-5)
    assert len(computed) - len(seen) == (network == "D")  # its basis is a module of torch


@pytest.mark.parametrize("role", ROLES)
def test_a_network_with_labels_has_no_mirror(role: str, pool: Pool) -> None:
    """It has two inputs; the answer says so."""
    found = small_design(24, 24, classes=3)
    inputs = [
        {"shape": [*getattr(found.gan, role).input_map.shape]},
        {"shape": [], "dtype": "int64", "high": 3},
    ]
    request = {"source": found.source.text, "network": role.capitalize(), "inputs": inputs}
    answer: Json = audit(read_request(request | {"mirror": True}), runner=pool.run)
    assert answer["verdict"] == "fits"
    assert answer["mirror"] is None
    assert "ends_not_mirrored" in [reason["code"] for reason in answer["reasons"]]


def test_a_resampler_of_other_channels_breaks_where_torch_says(pool: Pool) -> None:
    """A kernel that is made for 8 channels and gets 16: the law of the function and torch agree."""
    text = small_design(24, 24).source.text.replace("channels = value.shape[1]", "channels = 8", 1)
    with pytest.raises(RuntimeError) as refused:
        torch_output(text, "Generator()", [12, 1, 1])
    answer = audited(pool, text, "Generator", [12, 1, 1])
    assert answer["verdict"] == "breaks"
    assert answer["torch_error"] == str(refused.value)
    assert "conv_transpose2d" in answer["reason"] or "16 channels" in answer["reason"]


def test_functions_without_a_law_have_none() -> None:
    """Weights that depend on the data, more than one convolution, another fold, other functions."""
    data, weight = (2, 8, 4, 4), (8, 8, 1, 1)

    def call(name: str, *shapes: tuple[int, ...], fixed: tuple[int, ...] = ()) -> FunctionCall:
        return FunctionCall(
            name=name, settings={}, input_shapes=shapes, fixed_inputs=fixed, output=data
        )

    point = call("conv2d", data, weight, fixed=(1,))
    assert computed_layer([point], data) is not None
    made = call("conv2d", data, weight)
    assert computed_layer([made], data) is None
    assert computed_layer([point, point], data) is None
    assert computed_layer([point], (4, 4, 4, 4)) is None
    rolled = call("roll", data)
    assert computed_layer([point, rolled], data) is None
    assert computed_activation([rolled]) is None
    gated = call("mul", data, data)
    assert computed_activation([gated]) is None
