"""Bundle of a design: its module, tests, training example, JSON and pictures as a ZIP archive.

Equal documents give equal bytes: entries have a fixed date and are not compressed, because
compressors differ between machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from designer.geometry.layers import format_size
from designer.pipeline.design_json import document_text

_DATE = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644 << 16
_UNIX_SYSTEM = 3


def bundle_files(
    document: dict[str, Any], pictures: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The files of a bundle by name, from the design's JSON document and its pictures."""
    texts = {
        "model.py": document["source"]["text"],
        "test_model.py": _read_template("test_model.py"),
        "design.json": document_text(document),
        "receipt.json": document_text(document["verification"]),
        **_training_files(document),
        **(pictures or {}),
    }
    return {**texts, "README.md": _readme(document, texts)}


def zip_files(texts: dict[str, str]) -> bytes:
    """A ZIP archive of texts; equal texts give equal bytes.

    >>> zip_files({"a.txt": "a"}) == zip_files({"a.txt": "a"})
    True
    """
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name, text in texts.items():
            entry = ZipInfo(name, date_time=_DATE)
            entry.external_attr = _FILE_MODE
            entry.create_system = _UNIX_SYSTEM
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _training_files(document: dict[str, Any]) -> dict[str, str]:
    """The training example; a decoder without another network has none."""
    if document["discriminator"] is not None:
        return {"train.py": _read_template("train.py")}
    return (
        {} if document["encoder"] is None else {"train.py": _read_template("train_autoencoder.py")}
    )


def _readme(document: dict[str, Any], file_names: Iterable[str]) -> str:
    names = _class_names(document)
    latent_dim, start = document["brief"]["latent_dim"], document["generator"]["input_shape"]
    vector = f"a latent vector of length {latent_dim}"
    contents = _file_contents(document)
    return _read_template("README.md").format(
        networks=" and ".join([names[0], *map(str.lower, names[1:])]),
        picture=format_size(document["generator"]["output_shape"]),
        start=f"a map of {format_size(start)}" if latent_dim is None else vector,
        sizes=" → ".join(format_size(size) for size in document["chain"]["sizes"]),
        rows="\n".join(f"| `{name}` | {contents[name]} |" for name in file_names),
        training=_training_text(document) if "train.py" in file_names else "",
        id=document["id"],
    )


def _class_names(document: dict[str, Any]) -> list[str]:
    roles = ("generator", "discriminator", "encoder")
    return [document[role]["class_name"] for role in roles if document[role] is not None]


def _file_contents(document: dict[str, Any]) -> dict[str, str]:
    """What every file of a bundle contains, by its name."""
    classes = ", ".join(f"`{name}`" for name in _class_names(document))
    verdict = document["verification"]["verdict"]
    return {
        "model.py": f"{classes}, `weights_init`; requires only torch",
        "test_model.py": "tests of `model.py` against `design.json`: run `pytest` in this folder",
        "design.json": "the design: layers, sizes, parameters, multiply-adds, reasons",
        "receipt.json": f"the receipt; verdict: {verdict}, torch did not run the module"
        if verdict == "not_run"
        else f"predicted values and values measured by torch; verdict: {verdict}",
        "train.py": "a training example: `python train.py FOLDER`",
        "generator.svg": "feature maps of the generator, to scale",
        "discriminator.svg": "feature maps of the discriminator, to scale",
        "overlap.svg": "overlap of the generator's kernels, layer by layer",
    }


_PICTURE_FORMATS = {1: "pgm", 3: "ppm"}
"""Number of channels: the format of two-dimensional pictures that the training example reads."""


def _training_text(document: dict[str, Any]) -> str:
    """The files that the training example of a design reads."""
    channels, *sides = document["generator"]["output_shape"]
    suffix = _PICTURE_FORMATS.get(channels) if len(sides) == 2 else None
    pictures = suffix and (
        f"{suffix.upper()} pictures (convert others with `mogrify -format {suffix} *.jpg`) and "
    )
    channels_text = "1 channel" if channels == 1 else f"{channels} channels"
    axes = "1 axis" if len(sides) == 1 else f"{len(sides)} axes"
    return (
        f"`train.py` reads {pictures or ''}tensors\n"
        f"saved with `torch.save` as `.pt` files ({channels_text}, then {axes}), and resizes them to\n"
        "the model's size. It is an example to start from.\n\n"
    )


def _read_template(name: str) -> str:
    return files("designer.bundle").joinpath("texts", f"{name}.txt").read_text(encoding="utf-8")
