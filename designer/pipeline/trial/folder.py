"""The pictures of a folder, read by Pillow, which is not installed with this package."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from designer.errors import PicturesUnusable
from designer.geometry.layers import FeatureMap
from designer.pipeline.trial.limits import MIN_PICTURES, PAIRS
from designer.pipeline.trial.pictures import PictureSet, stored_document

SUFFIXES = frozenset((".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"))
"""Suffixes of the files that are read."""

_RGB = 3


def folder_pictures(folder: Path, picture: FeatureMap) -> PictureSet:
    """The first pictures of a folder and those inside it by path, cut to the form of the picture.

    They are cut around the middle and resized.

    Raises:
        PicturesUnusable: if there are too few, one cannot be read, the design has no two axes, or
            Pillow is missing.
    """
    axes = len(picture.size)
    if axes != 2:
        raise PicturesUnusable("folder_of_other_axes", axes=axes)
    paths = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )[:PAIRS]
    if len(paths) < MIN_PICTURES:
        raise PicturesUnusable(
            "too_few_pictures", found=len(paths), minimum=MIN_PICTURES, suffixes=sorted(SUFFIXES)
        )
    paths = paths[: len(paths) // 2 * 2]
    pillow = _load_pillow()
    height, width = picture.size
    stored = b"".join(_pixels(pillow, path, height=height, width=width) for path in paths)
    document = stored_document(stored, [len(paths), _RGB, height, width])
    return PictureSet(name="folder", count=len(paths), document=document)


def _load_pillow() -> tuple[Any, Any]:
    """The modules ``Image`` and ``ImageOps``."""
    try:
        return import_module("PIL.Image"), import_module("PIL.ImageOps")
    except ModuleNotFoundError as error:
        raise PicturesUnusable("pillow_missing") from error


def _pixels(pillow: tuple[Any, Any], path: Path, *, height: int, width: int) -> bytes:
    """The bytes of a picture, channel by channel."""
    image, operations = pillow
    try:
        with image.open(path) as opened:
            upright = operations.exif_transpose(opened).convert("RGB")
            fitted = operations.fit(upright, (width, height), image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError) as error:
        raise PicturesUnusable("unreadable_picture", file=path.name, error=str(error)) from error
    return b"".join(channel.tobytes() for channel in fitted.split())
