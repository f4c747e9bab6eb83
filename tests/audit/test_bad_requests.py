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


def layer(**more: object) -> dict[str, Any]:
    return request(layers=[{**CONV, **more}])


def without(name: str) -> dict[str, Any]:
    return request(layers=[{key: value for key, value in CONV.items() if key != name}])


BAD: list[tuple[object, str, str]] = [
    ([], "", "not_an_object"),
    ({"layers": [CONV]}, "/input_shape", "missing_field"),
    ({"input_shape": [3, 8, 8]}, "/layers", "missing_field"),
    (request(source="nn.Sequential()"), "/source", "contradiction"),
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
    text = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.grow = nn.ConvTranspose2d(200, 4, 3)

    def forward(self, x):
        return self.grow(x.view(-1, {", ".join(map(str, shape))}))
"""
    for network in ({"source": text}, {"layers": [{"op": "reshape", "shape": shape}, CONV]}):
        found = audit(read_request({"input_shape": [200], **network}), runner=None)
        assert (found["verdict"], found["fails_at"]) == ("breaks", 0)


def test_a_view_without_sizes_breaks() -> None:
    """``x.view(x.size(0))`` holds one number per sample only."""
    text = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(100, 4)

    def forward(self, x):
        return self.fc(x).view(x.size(0))
"""
    found = audit(read_request({"input_shape": [100], "source": text}), runner=None)
    assert (found["verdict"], found["fails_at"]) == ("breaks", 1)
