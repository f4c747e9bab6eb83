"""A design as the JSON body of its answer: over HTTP, in ``design.json``, on the command line."""

from __future__ import annotations

import json

from designer.architecture import Activate, BatchNorm, Convolve, Module, Network, Norm, Placed
from designer.design import Design
from designer.documents import brief_document, chain_document, window_document
from designer.permalink import write_id
from designer.reading import Document
from designer.verification import portable_receipt, receipt_json
from designer.version import VERSION
from designer.wording import describe_conv, describe_conv_transpose

MAX_EXACT_FLOAT = 2**53
"""Above this, programs that read JSON numbers as doubles lose digits: a text goes beside them."""


def design_document(design: Design) -> Document:
    """The body of a design's answer."""
    return {
        "id": write_id(design.brief, design.chain),
        "brief": brief_document(design.brief),
        "designer_version": VERSION,
        "generator": network_document(design.gan.generator),
        "discriminator": network_document(design.gan.discriminator),
        "chain": chain_document(design.chain),
        "why": list(design.why),
        **count_document(design.count),
        "source": {"text": design.source.text, "sha256": design.source.sha256},
        "verification": receipt_json(design.verification),
        "links": design_links(design),
    }


def design_links(design: Design) -> dict[str, str]:
    """The paths under which every service has this design and its parts."""
    path = f"/v1/designs/{write_id(design.brief, design.chain)}"
    parts = {"module": "module.py", "bundle": "bundle.zip"}
    pictures = {name: f"{name}.svg" for name in ("generator", "discriminator", "overlap")}
    return {"self": path, **{name: f"{path}/{part}" for name, part in (parts | pictures).items()}}


def portable_document(document: Document) -> Document:
    """The same without what differs between machines and releases: versions and rounding.

    Two machines that give the same design agree in it to the byte; tags are made of it.
    """
    verification = document["verification"]
    assert isinstance(verification, dict), "a design's document has a receipt"
    return {
        **{name: value for name, value in document.items() if name != "designer_version"},
        "verification": portable_receipt(verification),
    }


def document_text(document: object) -> str:
    r"""A document as the text of an answer or a file.

    >>> document_text({"shape": "3×64×64"})
    '{\n  "shape": "3×64×64"\n}\n'
    """
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def count_document(count: int | None) -> Document:
    """A count as a number, and as text where it passes 2⁵³."""
    text = str(count) if count is not None and count > MAX_EXACT_FLOAT else None
    return {"count": count, "count_text": text}


def network_document(network: Network) -> Document:
    """A network's shapes, figures and layers."""
    return {
        "class_name": network.class_name,
        "input_shape": list(network.input_map.shape),
        "output_shape": list(network.output_map.shape),
        "parameters": network.parameters,
        "multiply_adds": network.multiply_adds,
        "activation_bytes": network.activation_bytes,
        "layers": [_layer_document(row) for row in _rows(network)],
    }


def _rows(network: Network) -> list[list[Placed]]:
    """The modules of a network, each convolution with the norm and the activation that follow it."""
    rows: list[list[Placed]] = []
    for placed in network.placed:
        if isinstance(placed.module, Norm | Activate):
            rows[-1].append(placed)
        else:
            rows.append([placed])
    return rows


def _layer_document(row: list[Placed]) -> Document:
    first, *tail = row
    convolution = first.module
    assert isinstance(convolution, Convolve)
    layer, windows = convolution.layer, convolution.layer.windows
    describe = describe_conv_transpose if convolution.transposed else describe_conv
    names = {type(placed.module): _tail_name(placed.module) for placed in tail}
    return {
        "name": first.name,
        "op": "conv_transpose" if convolution.transposed else "conv",
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        **window_document(windows),
        "groups": layer.groups,
        "bias": layer.bias,
        "normalization": names.get(BatchNorm, "none"),
        "activation": names.get(Activate, "none"),
        "input_size": list(first.before.size),
        "output_size": list(first.after.size),
        "arithmetic": [
            describe(window, side) for window, side in zip(windows, first.before.size, strict=True)
        ],
        "offset": [window.offset for window in windows],
        "exact": all(window.offset == 0 for window in windows),
        "even_overlap": all(window.overlaps_evenly for window in windows),
        "parameters": sum(placed.module.parameters for placed in row),
        "multiply_adds": sum(placed.multiply_adds for placed in row),
    }


def _tail_name(module: Module) -> str:
    return str(module.function) if isinstance(module, Activate) else "batch"
