"""The fixed pictures of a trial: packaged ones, or strokes at the size of the design.

``stored/digits.bin`` has the first 32 of the 8×8 digits of scikit-learn, with 0 … 255 for their 0 … 16;
``stored/photographs.bin`` its two photographs at half their size, compressed by zlib. Their licences
are in ``docs/licences.md``.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from designer.geometry.layers import FeatureMap, Size
from designer.pipeline.trial.limits import PAIRS
from designer.validation.json_readers import JsonObject, refuse_field

_STORED = Path(__file__).with_name("stored")
_DIGIT_SIDE = 8
_PHOTOGRAPHS = (2, 3, 213, 320)
"""Photographs, channels, height and width."""

_STROKES = 3
_MAX_STEP = 0.25
"""Largest distance, along each axis, from the middle of a stroke to its ends, in sides of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSet:
    """Pictures: the name of their source, how many, and what the trainer makes them of."""

    name: str
    count: int
    document: JsonObject


def digits(picture: FeatureMap) -> PictureSet:
    """Digits in gray, resized.

    Raises:
        InvalidRequest: unless the picture has two axes.
    """
    _refuse_other_axes(DataSet.DIGITS, picture)
    stored = (_STORED / "digits.bin").read_bytes()
    shape = [PAIRS, 1, _DIGIT_SIDE, _DIGIT_SIDE]
    return PictureSet(name="digits", count=PAIRS, document=stored_document(stored, shape))


def photos(picture: FeatureMap) -> PictureSet:
    """Crops of two photographs, as large as the picture; of a larger picture, the largest of its form.

    Raises:
        InvalidRequest: unless the picture has two axes.
    """
    _refuse_other_axes(DataSet.PHOTOS, picture)
    stored = zlib.decompress((_STORED / "photographs.bin").read_bytes())
    photographs, _, *sides = _PHOTOGRAPHS
    height, width = crop_size(picture.size, (sides[0], sides[1]))
    random = Random(0)
    crops = [
        [
            n % photographs,
            _below(random, sides[0] - height + 1),
            _below(random, sides[1] - width + 1),
            height,
            width,
        ]
        for n in range(PAIRS)
    ]
    document = stored_document(stored, [*_PHOTOGRAPHS]) | {"crops": crops}
    return PictureSet(name="photos", count=PAIRS, document=document)


def glyphs(picture: FeatureMap) -> PictureSet:
    """Three straight strokes per picture, drawn at its size; along one axis, intervals."""
    random = Random(0)
    axes = len(picture.size)
    drawn = [[_stroke(random, axes) for _ in range(_STROKES)] for _ in range(PAIRS)]
    return PictureSet(name="glyphs", count=PAIRS, document={"strokes": drawn})


class DataSet(StrEnum):
    """The pictures that come with the package."""

    DIGITS = "digits"
    """Handwritten digits in gray, two axes."""
    PHOTOS = "photos"
    """Crops of two photographs, two axes."""
    GLYPHS = "glyphs"
    """Strokes drawn at the size of the picture, one to three axes."""

    def pictures(self, picture: FeatureMap) -> PictureSet:
        """The pictures for networks that make such a picture.

        Raises:
            InvalidRequest: if they have another number of axes.
        """
        return _MAKERS[self](picture)


_MAKERS: dict[DataSet, Callable[[FeatureMap], PictureSet]] = {
    DataSet.DIGITS: digits,
    DataSet.PHOTOS: photos,
    DataSet.GLYPHS: glyphs,
}


def stored_document(stored: bytes, shape: list[int]) -> JsonObject:
    """What the trainer makes stored pictures of: their bytes and (pictures, channels, sides …)."""
    return {"bytes": b64encode(stored).decode(), "shape": shape}


def crop_size(wanted: Size, largest: tuple[int, int]) -> tuple[int, int]:
    """The size of a crop: the wanted one, or the largest with its ratio of sides.

    >>> crop_size((28, 28), (213, 320)), crop_size((426, 320), (213, 320))
    ((28, 28), (213, 160))
    """
    height, width = wanted
    if height <= largest[0] and width <= largest[1]:
        return height, width
    if height * largest[1] >= width * largest[0]:
        return largest[0], max(1, largest[0] * width // height)
    return max(1, largest[1] * height // width), largest[1]


def _refuse_other_axes(data: DataSet, picture: FeatureMap) -> None:
    axes = len(picture.size)
    if axes != 2:
        refuse_field(
            "/data", "contradiction", sentence="data_of_other_axes", data=str(data), axes=axes
        )


def _stroke(random: Random, axes: int) -> list[list[float]]:
    """A stroke between two points of the picture, up to ``_MAX_STEP`` from its middle."""
    middle = [_between(random, 0.25, 0.75) for _ in range(axes)]
    step = [_between(random, -_MAX_STEP, _MAX_STEP) for _ in range(axes)]
    return [
        [m - s for m, s in zip(middle, step, strict=True)],
        [m + s for m, s in zip(middle, step, strict=True)],
    ]


def _between(random: Random, low: float, high: float) -> float:
    """A number by ``random.random``, which no release of Python changes, in thousandths."""
    return round(low + (high - low) * random.random(), 3)


def _below(random: Random, count: int) -> int:
    return int(random.random() * count)
