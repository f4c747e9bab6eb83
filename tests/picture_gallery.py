"""Example pictures of every kind, for the tests of the markup and in Chromium."""

from __future__ import annotations

from collections.abc import Callable

from designer.brief.model import Brief
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window
from designer.networks import assemble_gan
from designer.pictures.design_pictures import draw_design
from designer.pictures.layer_picture import draw_layer
from designer.pictures.matrix_picture import draw_matrix
from designer.pictures.network_maps import CaptionedMap, draw_network_maps
from designer.pictures.overlap_heat_map import draw_overlap
from designer.pipeline.solve_brief import solve_brief

DCGAN = Window(kernel_size=4, stride=2, padding=1)
ODD = Window(kernel_size=3, stride=2, padding=1, output_padding=1)
DILATED = Window(kernel_size=3, dilation=2, padding=1)
CROPPED = Window(kernel_size=2, stride=2, padding=2)
HOLES = Window(kernel_size=1, stride=3, output_padding=2)
AUDIO = Window(kernel_size=25, stride=4, padding=11, output_padding=1)


def conv(*windows: Window) -> Conv:
    return Conv(in_channels=1, out_channels=1, windows=windows)


def transposed(*windows: Window) -> ConvTranspose:
    return ConvTranspose(in_channels=1, out_channels=1, windows=windows)


def network(*shapes: tuple[int, ...], caption_lines: tuple[str, ...]) -> str:
    stages = [
        CaptionedMap(map=FeatureMap(channels=shape[0], size=shape[1:]), caption_lines=caption_lines)
        for shape in shapes
    ]
    return draw_network_maps(stages, title="Generator")


def design_pictures(*resolution: int) -> dict[str, str]:
    brief = Brief(resolution=resolution, latent_dim=100)
    return draw_design(assemble_gan(solve_brief(brief).chain, brief.widths))


GALLERY: dict[str, Callable[[], str]] = {
    "layer on two axes": lambda: draw_layer(transposed(DCGAN, DCGAN), (4, 4)),
    "layer of one pixel": lambda: draw_layer(conv(Window(kernel_size=1)), (1,)),
    "layer, uneven": lambda: draw_layer(conv(ODD, Window(kernel_size=2, stride=3)), (6, 8)),
    "layer, cropped and holes": lambda: draw_layer(transposed(CROPPED, HOLES), (4, 5)),
    "layer on one axis": lambda: draw_layer(transposed(ODD), (6,), animate=True),
    "layer on one axis, long": lambda: draw_layer(transposed(AUDIO), (64,), animate=True),
    "layer on two axes, large": lambda: draw_layer(transposed(DCGAN, DCGAN), (40, 40)),
    "layer stepping": lambda: draw_layer(transposed(DCGAN, ODD), (3, 4), animate=True),
    "layer stepping, dilated": lambda: draw_layer(conv(DILATED, DILATED), (7, 6), animate=True),
    "layer on three axes": lambda: draw_layer(transposed(ODD, ODD, DCGAN), (3, 3, 4), animate=True),
    "dilated on three axes": lambda: draw_layer(
        conv(DILATED, DILATED, ODD), (4, 5, 6), animate=True
    ),
    "overlap": lambda: draw_overlap(transposed(ODD, DCGAN), (5, 4)),
    "overlap on one axis": lambda: draw_overlap(transposed(AUDIO), (64,)),
    "overlap, long": lambda: draw_overlap(transposed(AUDIO, ODD), (128, 128)),
    "overlap on three axes": lambda: draw_overlap(transposed(ODD, DCGAN, ODD), (9, 3, 3)),
    "overlap of a conv with gaps": lambda: draw_overlap(
        conv(ODD, Window(kernel_size=1, stride=2)), (8, 8)
    ),
    "matrix": lambda: draw_matrix(conv(Window(kernel_size=3), Window(kernel_size=3)), (4, 4)),
    "matrix, transposed": lambda: draw_matrix(transposed(DCGAN, DCGAN), (3, 3)),
    "matrix on one axis": lambda: draw_matrix(transposed(ODD), (6,)),
    "matrix on three axes": lambda: draw_matrix(conv(*(Window(kernel_size=2),) * 3), (3, 3, 3)),
    "matrix, large": lambda: draw_matrix(conv(ODD, ODD), (17, 17)),
    "generator": lambda: design_pictures(218, 178)["generator.svg"],
    "discriminator of a sound": lambda: design_pictures(16384)["discriminator.svg"],
    "generator of a scan": lambda: design_pictures(32, 36, 40)["generator.svg"],
    "overlap of a generator": lambda: design_pictures(218, 178)["overlap.svg"],
    "overlap of a generator of sounds": lambda: design_pictures(16384)["overlap.svg"],
    "overlap of a generator of scans": lambda: design_pictures(32, 36, 40)["overlap.svg"],
    "network": lambda: network(
        (100, 1, 1),
        (512, 4, 4),
        (256, 8, 8),
        (3, 64, 48),
        caption_lines=("ConvTranspose2d", "k 4×4"),
    ),
    "network on one axis": lambda: network(
        (64, 16), (32, 64), (1, 16384), caption_lines=("k 25 s 4",)
    ),
    "network on three axes": lambda: network(
        (64, 4, 4, 4), (1, 32, 8, 16), caption_lines=("k 4×4×4",)
    ),
    "network, long": lambda: network(
        *((512, 2**n, 2**n) for n in range(14)), caption_lines=("a line that says how it was made",)
    ),
}
"""Name: a function that draws the picture."""
