"""Self-attention in residual networks: where it is, what it reads, how large it is, and how it starts."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch

from designer import Design, design
from designer.networks import Network, PlacedModule, PlacedPaths, receptive_fields
from designer.networks.signal import network_signals
from designer.networks.silent_parameters import silent_at_start
from designer.pipeline.design import design_document
from designer.pipeline.make_design import recall_design
from tests.networks.network_factory import module_of
from tests.networks.residual.residual_designs import (
    built_network,
    random_arguments,
    residual_design,
)

pytestmark = pytest.mark.torch

CASES = ["attention", "attention, uneven", "attention, signal", "attention, volume"]
ROLES = ["generator", "discriminator"]


def attended(network: Network) -> list[PlacedModule]:
    """The layers of self-attention in order."""
    return [each for each in network.placed_modules if each.module.op == "attention"]


@pytest.mark.parametrize("size", [32, 33, 47, 50, 64, 97, [45, 90], [30, 31, 32]], ids=str)
@pytest.mark.parametrize("upsampling", ["resize", "subpixel", "transposed"])
def test_both_networks_attend_at_the_same_sizes(upsampling: str, size: Any) -> None:  # noqa: ANN401
    """After the last block of a level, at any size; the discriminator goes them back."""
    plain = design(size, architecture="resnet", upsampling=upsampling, blocks=2, verify="none")
    levels = list(range(1, len(plain.chain.windows)))
    made = design(
        size,
        architecture="resnet",
        upsampling=upsampling,
        blocks=2,
        attention=levels or None,
        verify="none",
    )
    assert made.chain == plain.chain
    assert made.gan.discriminator is not None
    expected = [made.chain.sizes[level] for level in levels]
    found = [placed.before.size for placed in attended(made.gan.generator)]
    assert found == expected
    back = [placed.before.size for placed in attended(made.gan.discriminator)]
    assert back == expected[::-1]
    for network in made.gan.networks.values():
        for before, entry, after in zip(
            network.main, network.main[1:], network.main[2:], strict=False
        ):
            if isinstance(entry, PlacedModule) and entry.parts:
                assert isinstance(before, PlacedPaths)
                assert not (
                    isinstance(after, PlacedPaths) and after.before.size != entry.after.size
                )


def test_a_discriminator_without_a_level_of_the_size_has_none() -> None:
    """With one level it sees maps of 64×64 alone, and the generator attends at 32×32."""
    made = residual_design("resize", size=128, attention=[3], discriminator={"blocks": [1]})
    assert made.gan.discriminator is not None
    assert [placed.before.size for placed in attended(made.gan.generator)] == [(32, 32)]
    assert attended(made.gan.discriminator) == []
    assert "spectral: bool" not in made.code


@pytest.mark.parametrize("norm", ["spectral", "batch", "layer"])
def test_its_convolutions_have_the_discriminators_norm(norm: str) -> None:
    found = residual_design("attention", discriminator={"normalization": norm}).gan.networks
    for role, network in found.items():
        spectral = {part.module.spectral for each in attended(network) for part in each.parts}
        assert spectral == {role == "discriminator" and norm == "spectral"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", CASES)
def test_a_gain_of_zero_makes_it_the_map_itself(case: str, role: str) -> None:
    """At step 0 the output is the input, bit by bit, and so are the signals of both."""
    found = residual_design(case)
    network, built = found.gan.networks[role], built_network(found, role)
    built.apply(module_of(found.gan).weights_init)
    seen: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    for placed in attended(network):
        layer = built.get_submodule(placed.name)
        layer.register_forward_hook(
            lambda _, given, output, name=placed.name: seen.update({name: (given[0], output)})
        )
    built(*random_arguments(network, 2))
    signals = network_signals(network)
    assert seen
    for name, (before, after) in seen.items():
        assert torch.equal(before, after)
        assert signals[name].before == signals[name].after


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", CASES)
def test_what_is_silent_at_the_start_wakes(case: str, role: str) -> None:
    """The declared weights, and no others of attention, have no gradient before a step of Adam; then all have."""
    torch.manual_seed(0)
    found = residual_design(case, discriminator={"normalization": "spectral"})
    network, built = found.gan.networks[role], built_network(found, role).double()
    built.apply(module_of(found.gan).weights_init)
    given = [each.double() for each in random_arguments(network, 4)]
    adam = torch.optim.Adam(built.parameters())
    inside = tuple(f"{placed.name}." for placed in attended(network))
    silent = []
    for _ in range(2):
        adam.zero_grad()
        output = built(*given)
        (output * torch.randn_like(output)).sum().backward()
        silent.append(
            {
                name
                for name, weight in built.named_parameters()
                if name.startswith(inside) and weight.grad is not None and not weight.grad.any()
            }
        )
        adam.step()
    assert silent == [{*silent_at_start(network)}, set()]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", CASES)
def test_it_reads_the_whole_map(case: str, role: str) -> None:
    """So does all that follows; before it, fields are those of the same network without it."""
    found, plain = residual_design(case), residual_design(case, attention=None)
    fields = _fields(found, role)
    network = found.gan.networks[role]
    start = found.chain.initial_size if role == "generator" else found.chain.target
    first = attended(network)[0]
    names = [placed.name for placed in network.placed_modules]
    after = names[names.index(first.name) :]
    assert {fields[name] for name in after if fields[name] is not None} == {start}
    before = names[: names.index(first.parts[0].name)]
    assert {name: fields[name] for name in before} == {
        name: _fields(plain, role)[name] for name in before
    }


def _fields(found: Design, role: str) -> dict[str, Any]:
    network = found.gan.networks[role]
    names = [placed.name for placed in network.placed_modules]
    return dict(zip(names, receptive_fields(network), strict=True))


def test_an_answer_lists_it_and_its_parts() -> None:
    """A row for each convolution and one for the layer; their figures add up to those of the network."""
    found = residual_design("attention")
    document: Any = design_document(found)
    ops = {row["name"]: row["op"] for row in document["generator"]["layers"]}
    rows = {row["name"]: row for row in document["generator"]["modules"]}
    (first, *_) = attended(found.gan.generator)
    parts = [f"{first.name}.{name}" for name in ("theta", "phi", "g", "o")]
    assert [ops[name] for name in (*parts, first.name)] == ["conv"] * 4 + ["attention"]
    assert (rows[first.name]["class_name"], rows[first.name]["parameters"]) == ("Attention", 1)
    for figure in ("parameters", "multiply_adds"):
        total = sum(row[figure] for row in rows.values())
        assert total == document["generator"][figure]
    positions = prod(first.before.size)
    pairs = positions * positions // 4
    inner, mixed = max(1, first.before.channels // 8), first.before.channels // 2
    assert rows[first.name]["multiply_adds"] == pairs * (inner + mixed)


def test_an_id_gives_the_levels_back() -> None:
    """In version 7; without attention, the id is that of version 6."""
    found, plain = residual_design("attention"), residual_design("attention", attention=None)
    assert (found.id[0], plain.id[0]) == ("7", "6")
    again = recall_design(found.id)
    assert (again.brief, again.source) == (found.brief, found.source)
