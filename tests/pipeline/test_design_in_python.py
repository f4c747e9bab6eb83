"""Designs in Python: sizes and fields as arguments, modules of torch, files, and what a notebook shows."""

from __future__ import annotations

import inspect
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import designer
from designer import Brief, InitialMap, InvalidRequest, SearchSpace, Window, design
from designer.bundle import bundle_files
from designer.errors import NoNetwork
from designer.pictures.design_pictures import draw_design
from designer.pipeline.design import design_document

DOUBLING = replace(SearchSpace.default(axes=2), strides=(2,))

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("size", "fields", "brief"),
    [
        (64, {}, Brief(resolution=64, latent_dim=100, verify="none")),
        ((28, 32), {"latent_dim": 8}, Brief(resolution=(28, 32), latent_dim=8, verify="none")),
        ([9], {"channels": 1}, Brief(resolution=(9,), channels=1, verify="none")),
        (
            32,
            {"discriminator": None, "search": {"strides": [2]}},
            Brief(
                resolution=32,
                discriminator=None,
                search=DOUBLING,
                verify="none",
            ),
        ),
        (
            32,
            {"search": DOUBLING},
            Brief(resolution=32, search=DOUBLING, verify="none"),
        ),
        (
            8,
            {"chain": [(Window(kernel_size=4, stride=2, padding=1),) * 2]},
            Brief(
                resolution=8,
                windows=((Window(kernel_size=4, stride=2, padding=1),) * 2,),
                verify="none",
            ),
        ),
        (
            8,
            {"chain": [{"kernel_size": 4, "stride": 2, "padding": 1}]},
            Brief(
                resolution=8,
                windows=((Window(kernel_size=4, stride=2, padding=1),) * 2,),
                verify="none",
            ),
        ),
    ],
)
def test_arguments_are_the_fields_of_a_brief(
    size: int | list[int] | tuple[int, ...], fields: dict[str, Any], brief: Brief
) -> None:
    """Values are those of JSON, tuples, or the package's own objects."""
    assert design(size, verify="none", **fields).brief == design(brief).brief


@pytest.mark.parametrize(
    ("size", "fields"),
    [
        (np.int64(28), {}),
        (np.array([28, 32]), {"latent_dim": np.int32(8)}),
        (torch.zeros(1, 3, 28, 32).shape[2:], {}),
        (torch.tensor(28), {"search": {"strides": np.array([2])}}),
        (range(28, 33, 4), {"encoder": np.True_}),
    ],
)
def test_numbers_of_numpy_and_torch_are_those_of_json(
    size: Sequence[int], fields: dict[str, Any]
) -> None:
    plain = [28, 32] if len(np.shape(size)) else 28
    values: dict[str, Any] = {"latent_dim": 8, "search": {"strides": [2]}, "encoder": True}
    expected = {name: values[name] for name in fields}
    assert design(size, verify="none", **fields) == design(plain, verify="none", **expected)


def test_a_brief_itself_takes_integers_only() -> None:
    for size in (np.int64(64), np.array([64, 64])):
        with pytest.raises(InvalidRequest, match="resolution must be an integer"):
            Brief(resolution=size)  # type: ignore[arg-type]


def test_objects_of_the_package_are_fields() -> None:
    """A map without a size, and the chain of another design."""
    by_object = design(factor=275, dimensions=1, initial_map=InitialMap(channels=80), verify="none")
    by_json = design(factor=275, dimensions=1, initial_map={"channels": 80}, verify="none")
    assert by_object == by_json
    other = design(28, search={"kernel_sizes": [6]}, verify="none")
    assert design(28, chain=other.chain, verify="none").chain == other.chain


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="resolution must be 4 to"):
        design(3)
    with pytest.raises(InvalidRequest, match="colour"):
        design(64, colour="red")
    with pytest.raises(InvalidRequest, match="resolution is required"):
        design()
    with pytest.raises(TypeError, match="channels"):
        design(Brief(resolution=64), channels=1)
    with pytest.raises(TypeError, match="twice"):
        design(64, resolution=64)


def test_networks_are_modules_with_initial_weights() -> None:
    """The picture has the size of the brief at every width; weights are DCGAN's, not torch's."""
    made = design(28, latent_dim=16, channels=1, base_channels=8, encoder=True, verify="none")
    torch.manual_seed(1)
    generator, discriminator, encoder = made.generator(), made.discriminator(), made.encoder()
    assert isinstance(generator, nn.Module)
    pictures = generator(torch.randn(3, 16, 1, 1))
    assert pictures.shape == (3, 1, 28, 28)
    assert discriminator(pictures).shape == (3,)
    assert encoder(pictures).shape == (3, 16, 1, 1)
    weights = torch.cat(
        [each.weight.detach().flatten() for each in generator.main if hasattr(each, "stride")]
    )
    assert 0.018 < float(weights.std()) < 0.022
    narrow = made.generator(base_channels=2)
    assert narrow(torch.randn(2, 16, 1, 1)).shape == (2, 1, 28, 28)
    assert made.generator() is not generator


def test_a_missing_network_is_refused() -> None:
    made = design(28, discriminator=None, verify="none")
    for role, named in (
        ("discriminator", "discriminator"),
        ("encoder", "encoder"),
        ("autoencoder", "variational autoencoder"),
    ):
        with pytest.raises(NoNetwork, match=f"has no {named}"):
            getattr(made, role)()


def test_an_autoencoder_has_initial_weights_of_its_networks() -> None:
    """Without norms: the decoder's quiet last layer, and hidden layers by their fan-in."""
    fields: dict[str, Any] = {
        "latent_dim": 8,
        "base_channels": 16,
        "normalization": "none",
        "verify": "none",
    }
    made = design(28, variational=True, encoder=True, discriminator=None, **fields)
    torch.manual_seed(1)
    model = made.autoencoder().train()
    picture, mean, log_variance = model(torch.randn(4, 3, 28, 28))
    assert picture.shape == (4, 3, 28, 28)
    assert mean.shape == log_variance.shape == (4, 8, 1, 1)
    torch.manual_seed(2)
    latent = torch.randn(64, 8, 1, 1)
    started = [decode(latent).std().item() for decode in (model.decode, made.generator())]
    assert started[0] == pytest.approx(started[1], rel=0.5)
    assert made.autoencoder(base_channels=2).decode(latent).shape == (64, 3, 28, 28)


def test_threads_that_ask_first_get_whole_modules() -> None:
    """In a new process, torch is imported while the other threads wait."""
    program = (
        "from concurrent.futures import ThreadPoolExecutor; from designer import design;"
        "made = design(28, base_channels=2, verify='none');"
        "pool = ThreadPoolExecutor(4);"
        "print(len({type(each.result()) for each in [pool.submit(made.generator) for _ in range(4)]}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_files_that_cannot_be_written_raise_an_error_of_the_system(tmp_path: Path) -> None:
    made = design(28, base_channels=2, verify="none")
    (tmp_path / "file").write_text("kept")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OSError, match="file"):
            made.save(folder)
    assert (tmp_path / "file").read_text() == "kept"


def test_networks_can_be_pickled_and_inspected() -> None:
    made = design(28, latent_dim=8, base_channels=4, verify="none")
    generator = made.generator().eval()
    copy = pickle.loads(pickle.dumps(generator)).eval()
    latent = torch.randn(2, 8, 1, 1)
    assert torch.equal(copy(latent), generator(latent))
    assert inspect.getsource(type(generator)) in made.code


def test_the_code_and_the_saved_files_are_those_of_the_bundle(tmp_path: Path) -> None:
    made = design(28, latent_dim=8, base_channels=4, verify="none")
    folder = made.save(tmp_path / "new" / "folder")
    files = bundle_files(design_document(made), draw_design(made.gan))
    assert {each.name: each.read_text() for each in folder.iterdir()} == files
    assert (folder / "model.py").read_text() == made.code
    (folder / "model.py").write_text("")
    assert made.save(str(folder)) == folder
    assert (folder / "model.py").read_text() == made.code


def test_the_text_of_a_design_is_short() -> None:
    assert repr(design(16384, verify="none")) == (
        "<Design from 100×1×1: 4×4 → 8×8 → 16×16 → 32×32 → 64×64 → 128×128 → 256×256 → 512×512"
        " → 1024×1024 → 2048×2048 → 4096×4096 → 8192×8192 → 16384×16384, not_run>"
    )


class Elements(HTMLParser):
    """Opens and closes every element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.names.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_notebook_shows_pictures_tables_and_the_verdict() -> None:
    made = design(28, latent_dim=8, base_channels=4, verify="none")
    html = made._repr_html_()
    elements = Elements(html)
    assert elements.names.count("svg") == elements.names.count("table") == 2
    assert "not_run" in html
    assert re.search(r"<td>main\.0</td><td>ConvTranspose2d</td><td>\d+×7×7</td>", html)
    parameters = made.gan.generator.parameters
    assert f"Generator, {parameters:,} parameters" in html


def test_completion_shows_public_names_only() -> None:
    assert dir(designer) == sorted(designer.__all__)


def test_torch_is_imported_with_the_first_network() -> None:
    program = (
        "import sys; from designer import design; made = design(28, verify='none');"
        "before = 'torch' in sys.modules; made.generator(); print(before, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False True\n"


def test_a_notebook_runs(tmp_path: Path) -> None:
    """As a kernel runs it: cells one after the other, and the last value shown as HTML."""
    cells = [
        "from designer import design",
        "made = design(64, latent_dim=100, verify='none')",
        "generator = made.generator()",
        "made",
    ]
    program = (
        "import json, sys\nspace = {}\n*cells, last = json.load(sys.stdin)\n"
        "for cell in cells: exec(cell, space)\n"
        "print(eval(last, space)._repr_html_()[:5])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "<div>\n"
