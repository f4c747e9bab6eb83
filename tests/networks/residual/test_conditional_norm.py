"""Class-conditional batch norm in residual generators: where it is, what it reads, and how it starts."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from designer import Design, design
from designer.networks import Network, PlacedModule
from designer.pipeline.design import design_document
from designer.pipeline.make_design import recall_design
from tests.networks.network_factory import module_of
from tests.networks.residual.residual_designs import built_network, residual_design

pytestmark = pytest.mark.torch

CASES = ["conditional", "conditional, uneven", "conditional, signal", "conditional, volume"]


def conditional_norms(network: Network) -> list[PlacedModule]:
    """The norms that read labels, in order."""
    return [placed for placed in network.placed_modules if placed.module.reads_labels]


@pytest.mark.parametrize("size", [32, 33, 47, 50, 97, [45, 90], [333], [9, 10, 13]], ids=str)
@pytest.mark.parametrize("upsampling", ["resize", "subpixel", "transposed"])
def test_every_norm_of_a_block_reads_labels_and_the_last_one_does_not(
    upsampling: str,
    size: Any,  # noqa: ANN401
) -> None:
    """At any size, the chain is that of a plain batch norm, and so is all of the discriminator."""
    given: dict[str, Any] = {"architecture": "resnet", "upsampling": upsampling, "classes": 7}
    plain = design(size, blocks=2, verify="none", **given)
    made = design(size, blocks=2, verify="none", normalization="conditional_batch", **given)
    assert made.chain == plain.chain
    assert made.gan.discriminator == plain.gan.discriminator
    network = made.gan.generator
    inside = [each for each in network.placed_modules if ".body." in each.name]
    norms = conditional_norms(network)
    assert len(norms) == 4 * len(made.chain.windows)
    assert all(norm in inside for norm in norms)
    assert [each.module.op for each in network.placed_modules if each not in inside].count(
        "batch"
    ) == 1
    channels = sum(norm.before.channels for norm in norms)
    dim = made.brief.latent_dim
    stem = network.main[1]
    assert (network.embedding, stem.before.channels) == (None, dim)
    vectors = 7 * dim + dim * stem.after.channels  # of labels, and of the stem's weights for them
    assert network.parameters - plain.gan.generator.parameters == 2 * 6 * channels - vectors


def started(case: str) -> tuple[Design, nn.Module]:
    """A generator with the weights of ``weights_init``."""
    found = residual_design(case, output_activation="none")
    torch.manual_seed(0)
    built = built_network(found, "generator").double()
    built.apply(module_of(found.gan).weights_init)
    return found, built


@pytest.mark.parametrize("case", CASES)
def test_at_the_start_all_labels_give_one_picture(case: str) -> None:
    """Gains of one and biases of zero are those of a norm without weights."""
    found, built = started(case)
    latent = torch.randn(3, *found.gan.generator.input_map.shape).double()
    built.eval()
    pictures = [built(latent, torch.full((3,), label)) for label in range(3)]
    assert torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[0], pictures[2])
    for placed in conditional_norms(found.gan.generator):
        norm: Any = built.get_submodule(placed.name)
        assert (norm.gain.weight == 1).all()
        assert (norm.bias.weight == 0).all()


@pytest.mark.parametrize("case", CASES)
def test_rows_of_labels_that_a_batch_lacks_get_no_gradient(case: str) -> None:
    """All other rows do, in every table."""
    found, built = started(case)
    latent = torch.randn(4, *found.gan.generator.input_map.shape).double()
    output = built.train()(latent, torch.tensor([2, 0, 2, 2]))
    (output * torch.randn_like(output)).sum().backward()
    for placed in conditional_norms(found.gan.generator):
        norm: Any = built.get_submodule(placed.name)
        for table in (norm.gain.weight, norm.bias.weight):
            assert [bool(row.any()) for row in table.grad] == [True, False, True]


@pytest.mark.parametrize("case", CASES)
def test_the_labels_of_other_samples_change_nothing_in_evaluation(case: str) -> None:
    """In any order, each sample has the gain and bias of its own label."""
    found, built = started(case)
    for tensor in built.parameters():
        tensor.data.normal_(0.1, 0.3)
    latent, labels = torch.randn(3, *found.gan.generator.input_map.shape).double(), [1, 2, 0]
    built.eval()
    together = built(latent, torch.tensor(labels))
    for place, label in enumerate(labels):
        alone = built(latent[place : place + 1], torch.tensor([label]))
        torch.testing.assert_close(together[place], alone[0])
    assert not torch.allclose(together, built(latent, torch.tensor([2, 0, 1])))


def test_an_answer_counts_the_tables_with_the_norm_of_a_layer() -> None:
    """They are modules of their own, and part of the layer before them."""
    found = residual_design("conditional")
    document: Any = design_document(found)
    rows = document["generator"]["layers"]
    norms = [row["normalization"] for row in rows]
    assert norms.count("conditional_batch") == len(conditional_norms(found.gan.generator))
    assert norms.count("batch") == 1
    assert {row["op"] for row in rows}.isdisjoint({"embedding"})
    for figure in ("parameters", "multiply_adds"):
        for part in ("layers", "modules"):
            total = sum(row[figure] for row in document["generator"][part])
            assert total == document["generator"][figure]


def test_an_id_gives_the_norm_back() -> None:
    """In version 8, also with self-attention; with a plain norm, the id is that of version 6."""
    found = residual_design("conditional")
    attended = residual_design("conditional, uneven")
    plain = residual_design("conditional", normalization="batch")
    assert (found.id[0], attended.id[0], plain.id[0]) == ("8", "8", "6")
    for made in (found, attended):
        again = recall_design(made.id)
        assert (again.brief, again.source) == (made.brief, made.source)
