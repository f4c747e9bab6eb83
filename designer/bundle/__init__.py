"""Bundle of a design: its module, tests, training example, JSON and pictures as a ZIP archive.

Equal documents give equal bytes: entries have a fixed date and are not compressed, because
compressors differ between machines.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    return {
        "model.py": document["source"]["text"],
        "test_model.py": _read_template("test_model.py"),
        "design.json": document_text(document),
        "receipt.json": document_text(document["verification"]),
        **_training_files(document),
        "README.md": _readme(document),
        **(pictures or {}),
    }


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


def _readme(document: dict[str, Any]) -> str:
    roles = ("generator", "discriminator", "encoder")
    names = [document[role]["class_name"] for role in roles if document[role] is not None]
    latent_dim, start = document["brief"]["latent_dim"], document["generator"]["input_shape"]
    vector = f"a latent vector of length {latent_dim}"
    return _read_template("README.md").format(
        networks=" and ".join([names[0], *map(str.lower, names[1:])]),
        classes=", ".join(f"`{name}`" for name in names),
        picture=format_size(document["generator"]["output_shape"]),
        start=f"a map of {format_size(start)}" if latent_dim is None else vector,
        sizes=" → ".join(format_size(size) for size in document["chain"]["sizes"]),
        training=_TRAINING if _training_files(document) else "\n",
        verdict=document["verification"]["verdict"],
        id=document["id"],
    )


_TRAINING = """\
| `train.py` | a training example: `python train.py FOLDER` |

`train.py` reads PPM and PGM pictures (convert others with `mogrify -format ppm *.jpg`) and tensors
saved with `torch.save`, and resizes them to the model's size. It is an example to start from.

"""


def _read_template(name: str) -> str:
    return files("designer.bundle").joinpath("texts", f"{name}.txt").read_text(encoding="utf-8")
