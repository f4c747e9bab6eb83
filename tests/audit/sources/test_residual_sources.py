"""Mirrors of residual sources: the sizes of every block, as torch runs the text and the mirror."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import nn

from designer.audit import audit, read_request
from designer.verification import Pool
from tests.audit.eager_torch import run_layers
from tests.audit.sources import residual_texts as texts
from tests.networks.residual.residual_designs import RESIDUAL_CASES, residual_design

pytestmark = pytest.mark.torch

Json = dict[str, Any]

WITHOUT_LAW = {"subpixel, signal", "subpixel, volume"}
"""Generators with a pixel shuffle along one or three axes, which is no module of torch."""


def network_of(text: str, expression: str) -> nn.Module:
    """The network of one of our own texts, made in this process."""
    names: Json = {"torch": torch, "nn": nn, "F": functional, "__name__": "text"}
    exec(text, names)
    network: nn.Module = eval(expression, names)
    return network


def block_ends(network: nn.Module, blocks: set[str], shape: list[int]) -> list[list[int]]:
    """The input of the network, and the maps around its blocks in order, as torch gives them."""
    found: list[list[int]] = []

    def note(_: nn.Module, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        found.extend([[*given[0].shape[1:]], [*output.shape[1:]]])

    for module in network.modules():
        if type(module).__name__ in blocks:
            module.register_forward_hook(note)
    with torch.no_grad():
        network(torch.zeros(2, *shape))
    return found


def audited(pool: Pool, text: str, network: str, shape: list[int], **more: object) -> Json:
    request = {"source": text, "network": network, "input_shape": shape, "mirror": True, **more}
    answer: Json = audit(read_request(request), runner=pool.run)
    return answer


def assert_mirrored(answer: Json, ends: list[list[int]]) -> None:
    """Each sum of the mirror gives the map before a block, from the map behind it."""
    back = answer["mirror"]
    outcome = run_layers(back, answer["output_shape"] or [1])
    assert outcome.fails_at is None
    assert outcome.shapes[-1] == answer["input_shape"]
    sums = [place for place, layer in enumerate(back) if layer["op"] == "add_from"]
    befores, afters = ends[0::2], ends[1::2]
    assert [outcome.shapes[place] for place in sums] == befores[::-1]
    forks = [answer["output_shape"], *outcome.shapes]
    starts = [fork_of(back, place) + 1 for place in sums]
    assert [forks[start] for start in starts] == afters[::-1]


def fork_of(layers: list[Json], place: int) -> int:
    """The map that both paths of a sum start from: the last that every way backwards passes."""

    def sources(index: int) -> list[int]:
        layer = layers[index]
        last = [] if layer["op"] == "branch_from" else [index - 1]
        return last + ([layer["from"]] if "from" in layer else [])

    open_ends = {*sources(place)}
    while len(open_ends) > 1:
        furthest = max(open_ends)
        open_ends = open_ends - {furthest} | {*sources(furthest)}
    return open_ends.pop()


LABELLED = [case for case in RESIDUAL_CASES if "classes" in RESIDUAL_CASES[case]]
ROLES = ("generator", "discriminator")
CASES = [(case, role) for case in RESIDUAL_CASES if case not in LABELLED for role in ROLES]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "role"), CASES)
def test_the_mirror_of_a_design_goes_back_block_by_block(case: str, role: str, pool: Pool) -> None:
    """Designs over one to three axes; of a self-attention, which keeps the size, the answer says so."""
    found = residual_design(case)
    shape = [*getattr(found.gan, role).input_map.shape]
    answer = audited(pool, found.source.text, role.capitalize(), shape)
    if role == "generator" and case in WITHOUT_LAW:
        assert answer["mirror"] is None
        assert answer["reasons"][-1]["code"] == "call_not_mirrored"
        assert "PixelShuffle" in answer["mirror_left_out"][0]
        return
    network = network_of(found.source.text, f"{role.capitalize()}()")
    attended = [
        name for name, each in network.named_modules() if type(each).__name__ == "Attention"
    ]
    assert [said.split()[0] for said in answer["mirror_left_out"]] == attended
    assert_mirrored(answer, block_ends(network, {"Block"}, shape))


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", LABELLED)
def test_a_network_with_labels_has_no_mirror(case: str, role: str, pool: Pool) -> None:
    """It has two inputs; the answer says so."""
    found = residual_design(case)
    inputs = [
        {"shape": [*getattr(found.gan, role).input_map.shape]},
        {"shape": [], "dtype": "int64", "high": RESIDUAL_CASES[case]["classes"]},
    ]
    request = {
        "source": found.source.text,
        "network": role.capitalize(),
        "inputs": inputs,
        "mirror": True,
    }
    answer: Json = audit(read_request(request), runner=pool.run)
    assert answer["verdict"] == "fits"
    assert answer["mirror"] is None
    assert "ends_not_mirrored" in [reason["code"] for reason in answer["reasons"]]


PEOPLE = {
    "SNGAN's generator": (texts.SNGAN, "Generator()", [16], {"GBlock"}),
    "SNGAN's generator for 96": (texts.SNGAN, "Generator(bottom_width=12)", [16], {"GBlock"}),
    "SNGAN's discriminator": (texts.SNGAN, "Discriminator()", [3, 32, 32], {"DBlock"}),
    "SNGAN's discriminator of 45×38": (texts.SNGAN, "Discriminator()", [3, 45, 38], {"DBlock"}),
    "blocks in a Sequential": (texts.SEQUENTIAL, "Generator(16)", [16], {"ResBlockGenerator"}),
    "blocks of a loop": (texts.LOOP, "G()", [16], {"Up"}),
    "a classifier": (texts.CLASSIFIER, "ResNet()", [3, 64, 64], {"Basic"}),
    "a classifier of 75×60": (texts.CLASSIFIER, "ResNet()", [3, 75, 60], {"Basic"}),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_the_mirror_of_a_published_style_goes_back_block_by_block(name: str, pool: Pool) -> None:
    """Shortcuts are kept, and both paths of a block lead back to its input."""
    text, expression, shape, blocks = PEOPLE[name]
    answer = audited(pool, text, expression, shape)
    assert answer["mirror_left_out"] == []
    assert_mirrored(answer, block_ends(network_of(text, expression), blocks, shape))


def test_a_mirror_without_a_shortcut_is_refused_by_the_oracle(pool: Pool) -> None:
    """The oracle of these tests tells a sum from a map that is taken in its place."""
    text, expression, shape, blocks = PEOPLE["SNGAN's generator"]
    answer = audited(pool, text, expression, shape)
    ends = block_ends(network_of(text, expression), blocks, shape)
    place = next(at for at, layer in enumerate(answer["mirror"]) if layer["op"] == "add_from")
    answer["mirror"][place] |= {"op": "branch_from"}
    with pytest.raises(AssertionError):
        assert_mirrored(answer, ends)


def test_attention_is_left_out_and_said_so(pool: Pool) -> None:
    """It keeps the map, so that the rest is mirrored as without it."""
    answer = audited(pool, texts.SAGAN, "s", [16])
    assert answer["mirror_left_out"] == [
        "net.1 (permute, 16×8×8 to 16×8×8) cannot be mirrored",
    ]
    assert answer["reasons"][-1]["code"] == "call_not_mirrored"
    assert run_layers(answer["mirror"], [3, 16, 16]).shapes[-1] == [16]


def test_a_concatenation_has_no_mirror(pool: Pool) -> None:
    """A U-Net's skip: where it came from, the list of layers that goes back cannot say."""
    answer = audited(pool, texts.UNET, "net", [3, 64, 64])
    assert answer["mirror_left_out"] == [
        "layer 3 (concat_from, 8×64×64 to 16×64×64) cannot be mirrored"
    ]


def test_several_inputs_have_no_mirror(pool: Pool) -> None:
    """A generator with labels: the reason has the numbers."""
    source = """
class G(nn.Module):
    def __init__(self):
        super().__init__()
        self.label = nn.Embedding(10, 8)
        self.fc = nn.Linear(8, 8)
    def forward(self, z, y):
        return self.fc(z * self.label(y))
net = G()
"""
    inputs = [{"shape": [8]}, {"shape": [], "dtype": "int64", "high": 10}]
    request = {"source": source, "inputs": inputs, "mirror": True}
    answer: Any = audit(read_request(request), runner=pool.run)
    assert answer["mirror"] is None
    assert answer["mirror_left_out"] == [
        "a network with 2 inputs and 1 output cannot be mirrored",
    ]
    assert answer["reasons"][-1]["facts"] == {"inputs": 2, "outputs": 1}
