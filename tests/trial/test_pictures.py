"""The fixed pictures of trials: what is packaged, what is drawn, and what a folder holds."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits, load_sample_images

from designer.errors import InvalidRequest, PicturesUnusable
from designer.geometry.layers import FeatureMap
from designer.pipeline.trial import DataSet
from designer.pipeline.trial import pictures as packaged
from designer.pipeline.trial.folder import folder_pictures
from designer.verification.trainer.pictures import draw_strokes, fixed_pictures

STORED = Path(packaged.__file__).with_name("stored")


def picture(*shape: int) -> FeatureMap:
    return FeatureMap(channels=shape[0], size=shape[1:])


def tensors(data: DataSet, *shape: int) -> torch.Tensor:
    """The pictures as the trainer has them."""
    return fixed_pictures(data.pictures(picture(*shape)).document, list(shape))


def test_the_digits_are_those_of_scikit_learn() -> None:
    """The first ones, with 0 to 255 for 0 to 16."""
    expected = np.round(load_digits().images[:32] * 255 / 16).astype(np.uint8)
    assert (STORED / "digits.bin").read_bytes() == expected.tobytes()


def test_the_photographs_are_those_of_scikit_learn_at_half_their_size() -> None:
    """Means of two by two pixels."""
    stored = zlib.decompress((STORED / "photographs.bin").read_bytes())
    found = np.frombuffer(stored, dtype=np.uint8).reshape(2, 3, 213, 320)
    for half, photograph in zip(found, load_sample_images().images, strict=True):
        whole = photograph[:426].astype(float).transpose(2, 0, 1)
        expected = whole.reshape(3, 213, 2, 320, 2).mean(axis=(2, 4))
        assert np.abs(half - expected).max() <= 0.5


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 5, 7), (2, 9, 64)])
@pytest.mark.parametrize("data", DataSet)
def test_pictures_have_the_shape_of_the_design(data: DataSet, shape: tuple[int, ...]) -> None:
    """In 256 levels from -1 to 1, each another one; all channels are alike unless there are three."""
    found = tensors(data, *shape)
    assert found.shape == (32, *shape)
    assert found.abs().max() <= 1
    assert len({tuple(each.flatten().tolist()) for each in found}) == 32
    assert torch.equal(((found + 1) * 127.5).round() / 127.5 - 1, found)
    colored = data is DataSet.PHOTOS and shape[0] == 3
    assert torch.equal(found[:, :1].expand_as(found), found) is not colored


@pytest.mark.torch
def test_a_crop_is_a_part_of_a_photograph() -> None:
    """Its pixels are those of the photograph, none of them interpolated."""
    document = DataSet.PHOTOS.pictures(picture(3, 24, 32)).document
    stored = zlib.decompress((STORED / "photographs.bin").read_bytes())
    whole = np.frombuffer(stored, dtype=np.uint8).reshape(2, 3, 213, 320)
    number, top, left, *_ = document["crops"][5]  # type: ignore[index]
    expected = whole[number, :, top : top + 24, left : left + 32]
    found = fixed_pictures(document, [3, 24, 32])[5]
    assert np.array_equal(((found + 1) * 127.5).round().numpy(), expected)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(1, 64), (1, 6, 7, 8)])
def test_glyphs_have_one_to_three_axes(shape: tuple[int, ...]) -> None:
    """Dark ground and light strokes in every set."""
    found = tensors(DataSet.GLYPHS, *shape)
    assert found.shape == (32, *shape)
    assert (float(found.min()), float(found.max()) > 0) == (-1, True)
    assert 0.02 < float((found > 0).float().mean()) < 0.7


@pytest.mark.torch
def test_a_stroke_is_light_up_to_half_its_width() -> None:
    """Along one axis, an interval from 0.2 − 0.08 to 0.6 + 0.08 with a ramp of a pixel."""
    found = draw_strokes([[[0.2], [0.6]]], [100])
    inside = [n for n in range(100) if 0.1249 < (n + 0.5) / 100 < 0.6751]
    assert [n for n in range(100) if found[n] == 255] == inside
    assert float(found.sum()) / 255 == pytest.approx(56, abs=0.1)


@pytest.mark.parametrize("data", [DataSet.DIGITS, DataSet.PHOTOS])
@pytest.mark.parametrize("size", [(64,), (8, 8, 8)])
def test_pictures_of_two_axes_go_with_designs_of_two(data: DataSet, size: tuple[int, ...]) -> None:
    with pytest.raises(
        InvalidRequest, match=rf"the design has {len(size)}: take glyphs"
    ) as refused:
        data.pictures(picture(1, *size))
    assert refused.value.errors[0].pointer == "/data"
    assert (refused.value.code, refused.value.facts) == (
        "contradiction",
        {"data": str(data), "axes": len(size)},
    )


def write_pictures(folder: Path, count: int, mode: str = "RGB") -> None:
    """Pictures of a light square on another ground each."""
    for number in range(count):
        image = Image.new("RGB", (40, 20), (number, 2 * number, 3 * number))
        image.paste((255, 255, 255), (12, 2, 28, 18))
        image.convert(mode).save(folder / f"{number:03}.png")


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_pictures_of_a_folder_are_cut_to_the_form_of_the_design(tmp_path: Path, mode: str) -> None:
    """An even number of them; the middle square of 20×20 stays."""
    write_pictures(tmp_path, 19, mode)
    (tmp_path / "notes.txt").write_text("no picture")
    made = folder_pictures(tmp_path, picture(3, 20, 20))
    found = fixed_pictures(made.document, [3, 20, 20])
    assert (made.name, made.count, len(found)) == ("folder", 18, 18)
    assert torch.equal(found[:, :, 2:18, 2:18], torch.ones(18, 3, 16, 16))
    assert float(found[4, :, 0, 0].max()) < -0.8


@pytest.mark.parametrize("count", [0, 2, 15])
def test_a_folder_of_few_pictures_is_refused(tmp_path: Path, count: int) -> None:
    write_pictures(tmp_path, count)
    with pytest.raises(PicturesUnusable, match="a trial needs at least 16") as refused:
        folder_pictures(tmp_path, picture(1, 8, 8))
    assert (refused.value.code, refused.value.facts["found"]) == ("pictures_unusable", count)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    write_pictures(tmp_path, 20)
    whole = (tmp_path / "007.png").read_bytes()
    (tmp_path / "007.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PicturesUnusable, match=r"007\.png cannot be read as a picture") as refused:
        folder_pictures(tmp_path, picture(1, 8, 8))
    assert refused.value.facts["file"] == "007.png"


def test_a_folder_goes_with_two_axes(tmp_path: Path) -> None:
    with pytest.raises(PicturesUnusable, match="the design has 1: take glyphs"):
        folder_pictures(tmp_path, picture(1, 64))
