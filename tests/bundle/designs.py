"""Bundles of one small design of each family, unpacked into folders, and files to train on."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
from PIL import Image

from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, InitialMap, Level, Normalization, Output
from designer.brief.skips import AnySize, Skips
from designer.bundle import bundle_files, zip_files
from designer.geometry.resampling import Upsampling
from designer.pipeline.design import design_document
from designer.pipeline.make_design import design

Pixels = npt.NDArray[np.uint8]

CRITIC = DiscriminatorStyle(normalization=Normalization.LAYER, output=Output.CRITIC)
LOGIT = DiscriminatorStyle(output=Output.LOGIT)
PATCH = DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.LOGIT, patch=7)
FAMILIES = {
    "probability": Brief(
        resolution=(16, 20), latent_dim=8, base_channels=4, verify=Level.NONE
    ),
    "labels": Brief(
        resolution=16, latent_dim=8, base_channels=4, classes=2, discriminator=LOGIT,
        verify=Level.NONE,
    ),
    "critic": Brief(
        resolution=16, latent_dim=8, base_channels=4, discriminator=CRITIC, verify=Level.NONE
    ),
    "patch": Brief(
        resolution=16, latent_dim=8, base_channels=4, classes=2, discriminator=PATCH,
        upsampling=Upsampling.SUBPIXEL, verify=Level.NONE,
    ),
    "signal": Brief(
        resolution=(64,), latent_dim=8, channels=2, base_channels=4, discriminator=LOGIT,
        verify=Level.NONE,
    ),
    "volume": Brief(
        resolution=(8, 12, 8), latent_dim=8, channels=1, base_channels=4, discriminator=CRITIC,
        verify=Level.NONE,
    ),
    "map": Brief(
        resolution=16, initial_map=InitialMap(channels=4, size=(4, 4)), base_channels=4,
        discriminator=LOGIT, output_activation="sigmoid", verify=Level.NONE,
    ),
    "autoencoder": Brief(
        resolution=16, initial_map=InitialMap(channels=4, size=(4, 4)), base_channels=4,
        encoder=True, verify=Level.NONE,
    ),
    "variational": Brief(
        resolution=16, latent_dim=8, base_channels=4, classes=2, encoder=True, variational=True,
        verify=Level.NONE,
    ),
    "r3gan": Brief(
        resolution=(16, 20), latent_dim=8, base_channels=4, classes=2,
        architecture=Architecture.R3GAN, verify=Level.NONE,
    ),
    "masks": Brief(
        resolution=(24, 19), initial_map=InitialMap(channels=16), channels=1, input_channels=3,
        base_channels=4, encoder=True, skips=Skips.CONCAT, output_activation="none",
        verify=Level.NONE,
    ),
    "skips of a signal": Brief(
        resolution=(64,), initial_map=InitialMap(channels=16), channels=2, input_channels=1,
        base_channels=4, encoder=True, skips=Skips.ADD, upsampling=Upsampling.RESIZE,
        normalization=Normalization.NONE, verify=Level.NONE,
    ),
    "skips of a volume": Brief(
        resolution=(8, 10, 9), initial_map=InitialMap(channels=16), channels=5, input_channels=1,
        base_channels=4, encoder=True, skips=Skips.CONCAT, any_size=AnySize.PAD,
        architecture=Architecture.RESNET, normalization=Normalization.GROUP,
        output_activation="sigmoid", verify=Level.NONE,
    ),
    "decoder": Brief(
        resolution=(512,), initial_map=InitialMap(channels=8, size=(8,)), base_channels=4,
        verify=Level.NONE,
    ),
}  # fmt: skip
WITH_MASKS = [family for family in FAMILIES if FAMILIES[family].skips is not Skips.NONE]
TRAINED = [family for family in FAMILIES if family != "decoder"]

LOSSES = {
    "autoencoder": "squared_error",
    "variational": "variational",
    "masks": "cross_entropy",
    "skips of a signal": "absolute_error",
    "skips of a volume": "cross_entropy",
}
"""The columns of losses of a family that is no GAN."""

WEIGHTS = {
    "autoencoder": {"encoder": "Encoder", "generator": "Generator"},
    "variational": {"autoencoder": "Autoencoder"},
    **{family: {"unet": "UNet"} for family in WITH_MASKS},
}
"""The files of weights of a family that is no GAN, with their classes."""


def bundle(brief: Brief) -> dict[str, str]:
    """The files of the bundle of a brief."""
    return bundle_files(design_document(design(brief)))


def unzip(texts: dict[str, str], folder: Path) -> Path:
    """The folder with the unpacked archive of the texts."""
    with ZipFile(BytesIO(zip_files(texts))) as archive:
        archive.extractall(folder)
    return folder


def data_folders(family: str) -> list[str]:
    """The folders that the training script of a family is given."""
    return ["files", "masks"] if family in WITH_MASKS else ["files"]


def training_folder(family: str, folder: Path, *, count: int = 40) -> Path:
    """The unpacked bundle of a family, with the files that it is trained on in ``files``.

    A network with skips has their masks in ``masks``.
    """
    brief = FAMILIES[family]
    unzip(bundle(brief), folder)
    if family in WITH_MASKS:
        write_masks(brief, folder / "masks", count=count)
    channels = brief.channels if brief.input_channels is None else brief.input_channels
    rng = np.random.default_rng(0)
    for number in range(count):
        kind = folder / "files" / ("odd" if number % 2 else "even")
        kind.mkdir(parents=True, exist_ok=True)
        if len(brief.resolution) == 2:
            pixels = rng.integers(0, 256, (17 + number % 7, 23, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(kind / f"{number}.png")
        else:
            shape = (channels, *(side + number % 3 for side in brief.resolution))
            np.save(kind / f"{number}.npy", rng.uniform(-1, 1, shape).astype(np.float32))
    return folder


def write_masks(brief: Brief, folder: Path, *, count: int) -> None:
    """Masks of the files of ``training_folder``, at the same paths and of their sizes."""
    rng = np.random.default_rng(1)
    for number in range(count):
        kind = folder / ("odd" if number % 2 else "even")
        kind.mkdir(parents=True, exist_ok=True)
        if len(brief.resolution) == 2:
            pixels = 255 * rng.integers(0, 2, (17 + number % 7, 23), dtype=np.uint8)
            Image.fromarray(pixels).save(kind / f"{number}.png")
        else:
            shape = (brief.channels, *(side + number % 3 for side in brief.resolution))
            np.save(kind / f"{number}.npy", rng.integers(0, 2, shape).astype(np.float32))


def small_unet(side: int, **fields: object) -> Brief:
    """A U-Net for gray squares."""
    common = {"resolution": side, "channels": 1, "base_channels": 8, "encoder": True}
    common |= {"initial_map": InitialMap(channels=16), "skips": Skips.CONCAT, "verify": Level.NONE}
    return Brief(**common | fields)  # type: ignore[arg-type]


def white_rectangle(rows: range, columns: range, size: tuple[int, int]) -> Pixels:
    """A white rectangle on black."""
    pixels = np.zeros(size, dtype=np.uint8)
    pixels[rows.start : rows.stop, columns.start : columns.stop] = 255
    return pixels
