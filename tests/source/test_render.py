"""Rendered sources are deterministic, self-contained, clean under ruff and mypy, and correct."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from designer.brief.architecture import Architecture
from designer.brief.options import Normalization
from designer.brief.residual_widths import ResidualWidths
from designer.brief.widths import Widths
from designer.geometry.chain import Chain
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan, Network, assemble_gan
from designer.source import PythonSource, render_source
from tests.source.golden import BRIEF_EXAMPLES, FOLDER, golden_source

CONFIGURATION = Path(__file__).parents[2] / "docs" / "generated-module.toml"


@st.composite
def gans(draw: st.DrawFn) -> Gan:
    """Thin networks on one to three axes, along any chain, square or not."""
    axes = draw(st.integers(1, 3))
    sizes = [tuple(draw(st.integers(1, 3)) for _ in range(axes))]
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        stride = draw(st.integers(1, 3))
        step = tuple(
            Window(
                kernel_size=draw(st.integers(stride, stride + 2)),
                stride=stride,
                output_padding=draw(st.integers(0, stride - 1)),
            )
            for _ in range(axes)
        )
        steps.append(step)
        sizes.append(tuple(w.conv_transpose(i) for w, i in zip(step, sizes[-1], strict=True)))
    widths = Widths(
        latent_dim=draw(st.integers(1, 5)),
        channels=draw(st.integers(1, 4)),
        base_channels=draw(st.integers(1, 4)),
        max_channels=draw(st.integers(1, 9)),
    )
    return assemble_gan(Chain(sizes=tuple(sizes), windows=tuple(steps)), widths)


def module_of(source: PythonSource) -> types.ModuleType:
    """A rendered source, executed as a module."""
    module = types.ModuleType("model")
    exec(compile(source.text, "model.py", "exec"), module.__dict__)
    return module


def assert_maps(built: torch.nn.Module, network: Network) -> None:
    """Every module has the predicted output map, and the network the predicted parameters."""
    map_ = torch.zeros(2, *network.input_map.shape)
    built.eval()
    for placed, module in zip(network.placed_modules, built.main, strict=True):
        assert type(module).__name__ == placed.module.torch_class
        map_ = module(map_)
        assert tuple(map_.shape[1:]) == placed.after.shape
    assert sum(p.numel() for p in built.parameters()) == network.parameters


@pytest.mark.torch
@given(gan=gans())
def test_the_text_builds_the_predicted_networks(gan: Gan) -> None:
    """Shapes and parameters are as predicted for any chain, width and number of axes."""
    module = module_of(render_source(gan))
    assert_maps(module.Generator(), gan.generator)
    assert_maps(module.Discriminator(), gan.discriminator)


@pytest.mark.torch
@given(gan=gans(), base_channels=st.integers(1, 6))
def test_another_width_keeps_every_size(gan: Gan, base_channels: int) -> None:
    """Constructor arguments change only widths."""
    widths = Widths(
        latent_dim=gan.widths.latent_dim + 1,
        channels=gan.widths.channels + 1,
        base_channels=base_channels,
        max_channels=gan.widths.max_channels,
    )
    other = assemble_gan(gan.chain, widths)
    module = module_of(render_source(gan))
    arguments = {"base_channels": base_channels, "channels": widths.channels}
    generator = module.Generator(latent_dim=widths.latent_dim, **arguments)
    assert_maps(generator, other.generator)
    assert_maps(module.Discriminator(**arguments), other.discriminator)


@given(gan=gans())
def test_the_same_gan_gives_the_same_bytes(gan: Gan) -> None:
    """The source is deterministic and imports only torch."""
    source = render_source(gan)
    assert source.text == render_source(gan).text
    assert source.sha256 == PythonSource(text=source.text).sha256
    imports = [
        n for n in ast.walk(ast.parse(source.text)) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert [ast.unparse(node) for node in imports] == ["import torch", "from torch import nn"]


@pytest.mark.parametrize("name", BRIEF_EXAMPLES)
def test_the_texts_equal_the_golden_ones(name: str) -> None:
    """`python -m tests.source.golden` writes the files; review their changes as code."""
    assert golden_source(name).text == (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def test_every_golden_text_has_its_brief() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(BRIEF_EXAMPLES)


@pytest.mark.slow
def test_the_texts_are_clean_under_ruff_and_mypy(tmp_path: Path) -> None:
    """Ruff's checker and formatter and mypy --strict, with the documented configuration."""
    step, odd = Window(kernel_size=4, stride=2, padding=1), Window(kernel_size=3, stride=3)
    size_preserving = Window(kernel_size=3, padding=1)
    remote = tuple(
        Window(kernel_size=250, stride=101, dilation=253, padding=31_300, output_padding=extra)
        for extra in (25, 27, 28)
    )
    chains = {
        "mixed": Chain.leading_to((16, 16, 18), ((step, step, odd),)),
        "deep": Chain.leading_to((64,), (*((size_preserving,),) * 63, (step,))),
        "wide": Chain.leading_to((16_381, 16_383, 16_384), (remote,)),
    }
    widths = Widths(latent_dim=100, channels=3, base_channels=64, max_channels=512)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
    for name, chain in chains.items():
        texts[name] = render_source(assemble_gan(chain, widths)).text
    shuffled = replace(widths, upsampling=Upsampling.SUBPIXEL)
    mixed_factors = Chain.leading_to((32, 96), ((step, step), (step, odd)))
    texts["shuffled"] = render_source(assemble_gan(mixed_factors, shuffled)).text
    texts |= attended_texts() | conditional_texts()
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    assert_clean(["ruff", "check", "--config", str(CONFIGURATION), "."], tmp_path)
    assert_clean(["ruff", "format", "--check", "--config", str(CONFIGURATION), "."], tmp_path)
    assert_clean(["mypy", "--strict", "--config-file", "", "."], tmp_path)


def conditional_texts() -> dict[str, str]:
    """Generators with class-conditional batch norm on one to three axes, with every kind of upsampling."""
    step = Window(kernel_size=4, stride=2, padding=1)
    spectral = Architecture.RESNET.discriminator_style
    texts = {}
    for axes, upsampling, style in zip((1, 2, 3), Upsampling, (None, spectral, None), strict=True):
        widths = ResidualWidths(
            latent_dim=8,
            channels=3,
            base_channels=4,
            max_channels=16,
            classes=5,
            blocks=2,
            upsampling=upsampling,
            normalization=Normalization.CONDITIONAL_BATCH,
        )
        chain = Chain.leading_to((16,) * axes, ((step,) * axes,) * 2)
        texts[f"conditional_{axes}"] = render_source(assemble_gan(chain, widths, style)).text
    return texts


def attended_texts() -> dict[str, str]:
    """Residual networks with self-attention: with and without spectral norm, and an axis that is not pooled."""
    step, one = Window(kernel_size=4, stride=2, padding=1), Window(kernel_size=1)
    widths = ResidualWidths(
        latent_dim=8, channels=3, base_channels=4, max_channels=16, attention=(1,)
    )
    spectral = Architecture.RESNET.discriminator_style
    designs = {
        "attended": (((16, 16), ((step, step), (step, step))), spectral),
        "attended_row": (((2, 16), ((one, step), (step, step))), spectral),
        "attended_signal": (((16,), ((step,), (step,))), None),
    }
    return {
        name: render_source(assemble_gan(Chain.leading_to(*given), widths, style)).text
        for name, (given, style) in designs.items()
    }


def assert_clean(command: list[str], folder: Path) -> None:
    """Run one of the environment's tools as a module; the assertion shows its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_text_that_does_not_compile_is_refused() -> None:
    """Every PythonSource compiles."""
    with pytest.raises(SyntaxError):
        PythonSource(text="def Generator(:")
