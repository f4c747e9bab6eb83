"""Briefs with the windows of published generators reproduce them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from designer.brief.model import Brief
from designer.brief.options import InitialMap, Level
from designer.geometry.layers import Window, Windows
from designer.pipeline.make_design import design

DATA = Path(__file__).parents[1] / "data" / "architectures.json"
PUBLISHED: dict[str, Any] = {each["id"]: each for each in json.loads(DATA.read_text())}

GENERATORS = [
    "pytorch-examples-dcgan64-g",
    "wgan-dcgan256-g",
    "natsu-infogan-mnist28-g",
    "ganomaly32-dec",
    "chenyuntc-animegan96-g",
    "fangyang-animegan96-g",
    "carpedm20-dcgan-108-g",
    "carpedm20-dcgan-218x178-g",
    "wavegan-pt-16384-g",
    "3dgan32-rimchang-g",
    "3dgan64-rimchang-g",
]


def windows_of(layer: dict[str, Any], axes: int) -> Windows:
    """The windows of a published layer."""
    columns = {
        name: layer[name] if isinstance(layer[name], list) else [layer[name]] * axes
        for name in ("kernel_size", "stride", "padding", "output_padding", "dilation")
    }
    return tuple(
        Window(**{name: column[axis] for name, column in columns.items()}) for axis in range(axes)
    )


@pytest.mark.parametrize("name", GENERATORS)
def test_the_sizes_and_channels_of_published_generators_are_reproduced(name: str) -> None:
    """With its windows and widths, every map has the published size and channels."""
    published = PUBLISHED[name]
    axes = published["ndim"]
    maps = [shape for shape in published["shapes"] if len(shape) == axes + 1]
    first = next(shape for shape in maps if max(shape[1:]) > 1)
    chain = maps[maps.index(first) :]
    steps = published["layers"][-(len(chain) - 1) :]
    result = design(
        Brief(
            resolution=tuple(chain[-1][1:]),
            latent_dim=published["input_shape"][0],
            channels=chain[-1][0],
            base_channels=chain[-2][0],
            max_channels=chain[0][0],
            windows=tuple(windows_of(step, axes) for step in steps),
            verify=Level.NONE,
        )
    )
    assert [list(m.shape) for m in result.gan.generator.feature_maps[1:]] == chain


@pytest.mark.parametrize(
    ("side", "sizes"), [(28, [7, 14, 28]), (32, [4, 8, 16, 32]), (48, [6, 12, 24, 48]),
                        (96, [6, 12, 24, 48, 96]), (128, [4, 8, 16, 32, 64, 128])]
)  # fmt: skip
def test_common_sizes_have_dcgan_layers_by_default(side: int, sizes: list[int]) -> None:
    """Every window has kernel 4, stride 2, padding 1."""
    result = design(Brief(resolution=side, latent_dim=100, verify=Level.NONE))
    assert [size[0] for size in result.chain.sizes] == sizes
    windows = {window for step in result.chain.windows for window in step}
    assert windows == {Window(kernel_size=4, stride=2, padding=1)}


@pytest.mark.parametrize(
    ("resolution", "axes"),
    [((16384,), 1), ((128_000,), 1), ((240_000,), 1), ((64, 64, 64), 3), ((91, 109, 91), 3),
     ((16, 64, 64), 3)],
)  # fmt: skip
def test_signals_and_volumes_have_chains(resolution: tuple[int, ...], axes: int) -> None:
    """On one axis and on three, the generator ends at the requested size."""
    result = design(Brief(resolution=resolution, latent_dim=100, channels=1, verify=Level.NONE))
    assert result.gan.generator.output_map.shape == (1, *resolution)
    kind = result.gan.generator.blocks[-1].convolution.torch_class
    assert kind == f"ConvTranspose{axes}d"


@pytest.mark.parametrize("hop", [256, 300, 600])
@pytest.mark.parametrize("channels", [80, 512])
def test_a_vocoders_strides_multiply_to_its_hop(hop: int, channels: int) -> None:
    """A vocoder maps each frame of features to ``hop`` samples."""
    document = {"channels": channels, "size": (32,)}
    result = design(_vocoder(hop, document))
    strides = [step[0].stride for step in result.chain.windows]
    assert all(step[0].offset == 0 for step in result.chain.windows)
    product = 1
    for stride in strides:
        product *= stride
    assert product == hop
    assert result.gan.generator.input_map.shape == (channels, 32)


def _vocoder(hop: int, given: dict[str, Any]) -> Brief:
    return Brief(
        resolution=(32 * hop,), channels=1, initial_map=InitialMap(**given), verify=Level.NONE
    )
