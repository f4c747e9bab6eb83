"""Decoders with a factor multiply every size by it, as torch says at every length."""

from __future__ import annotations

import re
from math import prod
from random import Random
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from designer.brief.brief_json import brief_from_document
from designer.brief.model import Brief
from designer.errors import NoChain
from designer.geometry.chain import Chain
from designer.networks import Gan
from designer.networks.decoder_sizes import first_legal_side, has_fixed_length, least_context
from designer.networks.design_warnings import design_warnings
from designer.networks.from_brief import assemble_networks
from designer.pipeline.solve_brief import solve_brief
from designer.source import render_source
from tests.support import soak_count

pytestmark = pytest.mark.torch

HOPS = range(64, 2049)
LARGEST_PRIME = 13


def decoder(factor: object, **more: Any) -> Brief:  # noqa: ANN401 - fields of a brief
    """The brief of a thin decoder on one axis, unless the factor has several."""
    start = {"channels": 2, **more.pop("start", {})}
    thin = {"channels": 1, "base_channels": 1, "max_channels": 2, "verify": "none"}
    return brief_from_document({"factor": factor, "initial_map": start, **thin, **more})


def decoder_networks(brief: Brief) -> Gan:
    return assemble_networks(brief, solve_brief(brief).chain)


def loaded(gan: Gan) -> ModuleType:
    module = ModuleType("model")
    exec(compile(render_source(gan).text, "model.py", "exec"), module.__dict__)
    return module


def smallest_primes(most: int) -> list[int]:
    """The largest prime of every number up to ``most``, by a sieve."""
    largest = [1] * (most + 1)
    for number in range(2, most + 1):
        if largest[number] == 1:
            for multiple in range(number, most + 1, number):
                largest[multiple] = number
    return largest


def strides_of(chain: Chain) -> list[int]:
    return [step[0].stride for step in chain.windows]


def test_every_hop_of_small_primes_has_an_exact_chain() -> None:
    """Hops 64 to 2,048; the others are refused with their prime."""
    largest = smallest_primes(HOPS.stop)
    kept = [hop for hop in HOPS if largest[hop] <= LARGEST_PRIME]
    refused_hops = [hop for hop in HOPS if largest[hop] > LARGEST_PRIME]
    random = Random(22)
    good = random.sample(kept, soak_count(80, len(kept)))
    for hop in [*good, *random.sample(refused_hops, soak_count(4, len(refused_hops)))]:
        brief = decoder([hop])
        if largest[hop] > LARGEST_PRIME:
            with pytest.raises(NoChain) as refused:
                solve_brief(brief)
            assert refused.value.facts["factor"] == hop
            prime = refused.value.facts["prime"]
            assert prime > LARGEST_PRIME
            assert hop % prime == 0
            continue
        chain = solve_brief(brief).chain
        assert prod(strides_of(chain)) == hop
        for step in chain.windows:
            (window,) = step
            assert all(window.conv_transpose(n) == n * window.stride for n in (1, 2, 77))


def test_torch_multiplies_every_length_by_the_hop() -> None:
    """At every length 1 to 300: 100 hops in a soak run."""
    largest = smallest_primes(HOPS.stop)
    hops = [hop for hop in HOPS if largest[hop] <= LARGEST_PRIME]
    sample = [275, 110, 130, 286, *Random(7).sample(hops, soak_count(2, 96))]
    for hop in sample:
        model = loaded(decoder_networks(decoder([hop]))).Generator().eval()
        with torch.no_grad():
            for length in range(1, 301):
                assert model(torch.zeros(1, 2, length)).shape == (1, 1, hop * length)


@pytest.mark.parametrize("upsampling", ["transposed", "resize", "subpixel"])
@pytest.mark.parametrize("factor", [[12], [6, 6], [2, 10], [4, 4, 4], [1, 5]])
def test_every_kind_multiplies_maps_of_any_size(factor: list[int], upsampling: str) -> None:
    """The decoder and the encoder, on one to three axes, at unequal sizes."""
    search = {"anisotropic": len(set(factor)) > 1}
    brief = decoder(factor, upsampling=upsampling, encoder=True, search=search)
    module = loaded(decoder_networks(brief))
    generator, encoder = module.Generator().eval(), module.Encoder().eval()
    random = Random(str(factor))
    with torch.no_grad():
        for _ in range(6):
            size = [random.randint(1, 6) for _ in factor]
            grown = generator(torch.randn(1, 2, *size))
            assert list(grown.shape[2:]) == [n * f for n, f in zip(size, factor, strict=True)]
            assert list(encoder(grown).shape[2:]) == size


@pytest.mark.parametrize(
    ("start", "dimensions", "axes"),
    [({}, None, 2), ({"size": 5}, None, 2), ({"size": [5]}, None, 1), ({"size": [5, 6, 4]}, None, 3),
     ({"size": 5}, 3, 3), ({}, 1, 1)],
)  # fmt: skip
def test_one_factor_is_that_of_every_axis_of_the_shown_map(
    start: dict[str, Any], dimensions: int | None, axes: int
) -> None:
    brief = decoder(4, start=start, dimensions=dimensions)
    assert brief.factor == (4,) * axes
    assert len(brief.resolution) == axes


@pytest.mark.parametrize("factor", [[12], [4, 4], [1, 6], [2, 2, 2]])
def test_the_docstrings_give_the_shapes_of_torch(factor: list[int]) -> None:
    """With numbers for their letters they are those of tensors, at other sizes than the shown one."""
    search = {"anisotropic": len(set(factor)) > 1}
    module = loaded(
        decoder_networks(decoder(factor, encoder=True, variational=True, search=search))
    )
    autoencoder = module.Autoencoder().eval()
    given, grown = stated_shapes(module.Generator)
    for size in ([3, 5, 4], [2, 7, 1]):
        numbers = dict(zip(given[2:], size, strict=False))
        maps = torch.randn(1, 2, *numbers.values())
        with torch.no_grad():
            picture = autoencoder.decode(maps)
            code, _ = autoencoder.encode(picture)
        for stated, tensor in ((given, maps), (grown, picture), (given, code)):
            assert [with_numbers(side, numbers) for side in stated[2:]] == list(tensor.shape[2:])
    assert stated_shapes(module.Encoder) == [grown, given]
    assert stated_shapes(module.Autoencoder) == [grown]
    assert f"on by {'×'.join(map(str, factor))}; " in header_of(module)


def stated_shapes(network: type) -> list[list[str]]:
    """The shapes in the docstring of a class."""
    return [each.split(", ") for each in re.findall(r"\((N, [^)]*)\)", network.__doc__ or "")]


def with_numbers(side: str, numbers: dict[str, int]) -> int:
    """A side such as 4·h with a number for its letter."""
    *factor, letter = side.split("·")
    return prod(map(int, factor)) * numbers[letter]


def header_of(module: ModuleType) -> str:
    """The docstring of the text."""
    return module.__doc__ or ""


def test_a_hop_of_275_is_exact_from_a_resolution_too() -> None:
    """The lists are the defaults, so the stride 11 is added; a stated list stays as it is."""
    plain = {"resolution": [8800], "initial_map": {"channels": 80, "size": [32]}}
    exact = decoder_networks(brief_from_document(plain))
    assert sorted(strides_of(exact.chain)) == [5, 5, 11]
    assert not has_fixed_length(exact)
    stated = decoder_networks(
        brief_from_document(plain | {"search": {"strides": [2, 3, 4, 5, 6, 7, 8]}})
    )
    assert has_fixed_length(stated)
    assert design_warnings(exact) == ()
    (warning,) = design_warnings(stated)
    assert warning.code == "fixed_length"
    assert f"\nWarning: {warning.sentence}\n" in header_of(loaded(stated))
    model = loaded(stated).Generator(base_channels=1).eval()
    with torch.no_grad():
        assert model(torch.zeros(1, 80, 32)).shape[-1] == 8800
        assert model(torch.zeros(1, 80, 64)).shape[-1] != 17600


@pytest.mark.parametrize("upsampling", ["transposed", "resize", "subpixel"])
@pytest.mark.parametrize("factor", [[8], [22], [15], [3, 3], [2, 6]])
def test_the_least_context_is_what_torch_reads(factor: list[int], upsampling: str) -> None:
    """A change of one position reaches exactly the parts that have it in their context."""
    search = {"anisotropic": len(set(factor)) > 1}
    gan = decoder_networks(decoder(factor, upsampling=upsampling, search=search))
    context = least_context(gan)
    assert context is not None
    model = dense(loaded(gan).Generator())
    middle = 20
    size = [2 * middle + 1] * len(factor)
    changed = torch.zeros(1, 2, *size, dtype=torch.float64)
    changed[(slice(None), slice(None), *[middle] * len(factor))] = 1.0
    with torch.no_grad():
        output = model(changed) - model(torch.zeros_like(changed))
    for axis, (times, (before, after)) in enumerate(zip(factor, context, strict=True)):
        other = [dim for dim in range(output.dim()) if dim != axis + 2]
        reached = {int(at) // times for at in output.abs().sum(other).nonzero().flatten()}
        assert (min(reached), max(reached)) == (middle - after, middle + before)


def dense(model: nn.Module) -> nn.Module:
    """The model in float64 with positive weights, so that no contribution is cancelled or cut."""
    model = model.double().eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.rand_like(weight) * 0.02 + 0.01)
    return model


@pytest.mark.parametrize(
    ("normalization", "first", "has_context"),
    [("batch", 1, True), ("none", 1, True), ("layer", 1, False), ("instance", 2, False)],
)
def test_the_first_legal_size_is_torchs(normalization: str, first: int, has_context: bool) -> None:
    """An instance norm needs two positions; a norm over all positions leaves no least context."""
    gan = decoder_networks(decoder([8], normalization=normalization))
    model = loaded(gan).Generator().eval()
    assert first_legal_side(gan) == first
    assert (least_context(gan) is not None) == has_context
    for length in range(1, 4):
        given = torch.randn(1, 2, length)
        if length < first:
            with pytest.raises(ValueError, match="more than 1 spatial element"):
                model(given)
        else:
            assert model(given).shape[-1] == 8 * length


@pytest.mark.parametrize("factor", [[8], [275], [6, 6]])
def test_the_order_does_not_look_at_the_size_shown(factor: list[int]) -> None:
    """Chains, departures and reasons are those of every other size."""
    found = set()
    for side in (2, 3, 32, 100):
        brief = decoder(factor, start={"size": [side] * len(factor)})
        solution = solve_brief(brief)
        why = tuple(each for each in solution.why if "multiply-adds" not in each)
        found.add((solution.chain.windows, solution.departure, why))
    assert len(found) == 1
