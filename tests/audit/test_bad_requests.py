"""Invalid audit requests: each is refused with a JSON pointer and a code."""

from __future__ import annotations

from typing import Any

import pytest

from designer.audit.answer import audit
from designer.audit.request import read_request
from designer.errors import InvalidRequest

CONV = {"op": "conv", "in_channels": 3, "out_channels": 4, "kernel_size": 3}
UP = {"op": "upsample", "scale_factor": 2}


def request(**more: object) -> dict[str, Any]:
    return {"input_shape": [3, 8, 8], "layers": [CONV], **more}


def source(**more: object) -> dict[str, Any]:
    return {"source": "net = nn.Identity()", **more}


def layer(**more: object) -> dict[str, Any]:
    return request(layers=[{**CONV, **more}])


def without(name: str) -> dict[str, Any]:
    return request(layers=[{key: value for key, value in CONV.items() if key != name}])


BAD: list[tuple[object, str, str]] = [
    ([], "", "not_an_object"),
    ({"layers": [CONV]}, "/input_shape", "missing_field"),
    ({"input_shape": [3, 8, 8]}, "/layers", "missing_field"),
    (request(source="nn.Sequential()"), "/source", "contradiction"),
    (request(files={"a.py": ""}), "/files", "contradiction"),
    (request(network="Net()"), "/network", "contradiction"),
    (request(inputs=[{"shape": [3]}]), "/inputs", "contradiction"),
    (request(wanted_shapes=[[3]]), "/wanted_shapes", "contradiction"),
    (source(wanted_shape=[3], wanted_shapes=[[3]]), "/wanted_shapes", "contradiction"),
    (source(input_shape=[3], inputs=[{"shape": [3]}]), "/inputs", "contradiction"),
    (source(inputs=[]), "/inputs", "wrong_length"),
    (source(inputs=[{"dtype": "float32"}]), "/inputs/0/shape", "missing_field"),
    (source(inputs=[{"shape": [3], "dtype": "half"}]), "/inputs/0/dtype", "not_a_choice"),
    (source(inputs=[{"shape": [0]}]), "/inputs/0/shape/0", "out_of_range"),
    (source(inputs=[{"shape": [], "high": 0}]), "/inputs/0/high", "out_of_range"),
    (source(inputs=[{"shape": [2**20, 2**20]}]), "/inputs/0/shape", "too_many_elements"),
    (source(wanted_shapes=[[3, "x"]]), "/wanted_shapes/0/1", "not_an_integer"),
    (source(network=3), "/network", "not_a_text"),
    (source(network="x" * 501), "/network", "wrong_length"),
    (source(source=3), "/source", "not_a_text"),
    (source(source="#" * 200_001), "/source", "source_too_large"),
    ({"files": {}}, "/files", "not_an_object"),
    ({"files": {"../a.py": ""}}, "/files", "not_a_path"),
    ({"files": {"a.txt": ""}}, "/files", "not_a_path"),
    ({"files": {"a.py": 3}}, "/files/a.py", "not_a_text"),
    ({"files": {f"a{n}.py": "#" * 50_000 for n in range(5)}}, "/files", "source_too_large"),
    (request(shape=[3]), "/shape", "unknown_field"),
    (request(layers=[]), "/layers", "wrong_length"),
    (request(layers=[CONV] * 257), "/layers", "wrong_length"),
    (request(layers="conv"), "/layers", "not_a_list"),
    (request(layers=[3]), "/layers/0", "not_an_object"),
    (request(layers=[{}]), "/layers/0/op", "missing_field"),
    (request(layers=[{"op": "convolve"}]), "/layers/0/op", "not_a_choice"),
    (request(layers=[{"op": ["conv"]}]), "/layers/0/op", "not_a_choice"),
    (without("in_channels"), "/layers/0/in_channels", "missing_field"),
    (without("kernel_size"), "/layers/0/kernel_size", "missing_field"),
    (layer(kernel_size=0), "/layers/0/kernel_size", "out_of_range"),
    (layer(kernel_size="3"), "/layers/0/kernel_size", "not_an_integer"),
    (layer(kernel_size=3.0), "/layers/0/kernel_size", "not_an_integer"),
    (layer(kernel_size=True), "/layers/0/kernel_size", "not_an_integer"),
    (layer(kernel_size=[3, 3, 3, 3]), "/layers/0/kernel_size", "wrong_length"),
    (layer(kernel_size=[3, -1]), "/layers/0/kernel_size/1", "out_of_range"),
    (layer(kernel_size=[3, 3], stride=[1, 1, 1]), "/layers/0/stride", "wrong_length"),
    (layer(kernel_size=[3, 3], ndim=3), "/layers/0/kernel_size", "wrong_length"),
    (layer(ndim=4), "/layers/0/ndim", "out_of_range"),
    (layer(padding=-1), "/layers/0/padding", "out_of_range"),
    (layer(padding="some"), "/layers/0/padding", "not_a_choice"),
    (layer(padding_mode="mirror"), "/layers/0/padding_mode", "not_a_choice"),
    (layer(output_padding=1), "/layers/0/output_padding", "unknown_field"),
    (layer(groups=0), "/layers/0/groups", "out_of_range"),
    (layer(bias=1), "/layers/0/bias", "not_a_boolean"),
    (layer(norm=3), "/layers/0/norm", "not_a_text"),
    (layer(activation="a" * 101), "/layers/0/activation", "wrong_length"),
    (request(layers=[{"op": "upsample"}]), "/layers/0/scale_factor", "missing_field"),
    (request(layers=[{**UP, "size": 3}]), "/layers/0", "contradiction"),
    (request(layers=[{**UP, "scale_factor": 0}]), "/layers/0/scale_factor", "out_of_range"),
    (request(layers=[{**UP, "scale_factor": "2"}]), "/layers/0/scale_factor", "not_a_number"),
    (request(layers=[{"op": "crop", "crop": [[1]]}]), "/layers/0/crop/0", "wrong_length"),
    (request(layers=[{"op": "crop", "crop": [[0, -1]]}]), "/layers/0/crop/0/1", "out_of_range"),
    (request(layers=[{"op": "add_from", "from": 0}]), "/layers/0/from", "out_of_range"),
    (request(layers=[CONV, {"op": "concat_from", "from": 5}]), "/layers/1/from", "out_of_range"),
    (request(layers=[CONV, {"op": "concat_from", "from": -2}]), "/layers/1/from", "out_of_range"),
    (request(input_shape=[]), "/input_shape", "wrong_length"),
    (request(input_shape=[3, 8, 8, 8, 8]), "/input_shape", "wrong_length"),
    (request(input_shape=[3, 0, 8]), "/input_shape/1", "out_of_range"),
    (request(input_shape=[3, 16_385, 8]), "/input_shape/1", "out_of_range"),
    (request(input_shape=[4096, 4096, 4096]), "/input_shape", "too_many_elements"),
    (request(wanted_shape=[1, 1, 1, 1, 1]), "/wanted_shape", "wrong_length"),
    (request(wanted_shape="1x1"), "/wanted_shape", "not_a_list"),
    (request(batch=0), "/batch", "out_of_range"),
    (request(batch="2"), "/batch", "not_an_integer"),
    (request(error=3), "/error", "not_a_text"),
    (request(error="e" * 10_001), "/error", "wrong_length"),
    (request(mirror="yes"), "/mirror", "not_a_boolean"),
    (request(adapt_to=[9, 9, 9]), "/adapt_to", "wrong_length"),
    (request(adapt_to=0), "/adapt_to", "out_of_range"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "pointer", "code"), BAD)
def test_a_bad_request_is_refused_by_its_pointer(document: object, pointer: str, code: str) -> None:
    """One invalid field causes one error, with a documented code."""
    with pytest.raises(InvalidRequest) as refused:
        read_request(document)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


@pytest.mark.parametrize("shape", [[200, 1, 0, 1], [0, 4], [0], [-1, 0]])
def test_a_reshape_to_zero_elements_breaks_without_a_division_error(shape: list[int]) -> None:
    """A size of zero is an error of the network, which no number of channels can repair."""
    layers = [{"op": "reshape", "shape": shape}, CONV]
    found = audit(read_request({"input_shape": [200], "layers": layers}), runner=None)
    assert (found["verdict"], found["fails_at"]) == ("breaks", 0)
