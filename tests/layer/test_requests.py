"""Requests about one layer: defaults, validation and errors."""

from __future__ import annotations

import pytest

from designer.errors import DesignerError, InvalidLayer, InvalidRequest
from designer.geometry.layers import Window
from designer.layer import Op, read_draw_request, read_layer_request, read_solve_request

LAYER = {"input_size": [8, 8], "kernel_size": 3}


def test_omitted_fields_take_torchs_defaults() -> None:
    """Stride and dilation 1, padding 0, one channel, and a bias."""
    found = read_layer_request(LAYER, Op.CONV)
    assert found.layer.windows == (Window(kernel_size=3),) * 2
    assert (found.layer.in_channels, found.layer.groups, found.layer.bias) == (1, 1, True)
    assert found.include == frozenset()


@pytest.mark.parametrize(
    ("document", "axes"),
    [
        ({"input_size": 8, "kernel_size": 3}, 2),
        ({"input_size": 8, "kernel_size": [3]}, 1),
        ({"input_size": 8, "kernel_size": 3, "dimensions": 3}, 3),
        ({"input_size": [8, 9, 7], "kernel_size": 3}, 3),
        ({"input_size": 8, "kernel_size": 3, "padding": [1, 1, 1]}, 3),
    ],
)
def test_a_single_integer_means_all_axes(document: dict[str, object], axes: int) -> None:
    """Lists or `dimensions` set the number of axes; the default is two."""
    assert read_layer_request(document, Op.CONV).layer.axes == axes


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"input_size": [0, 8]}, "out_of_range", "/input_size/0"),
        ({"input_size": 0}, "out_of_range", "/input_size"),
        ({"input_size": [8, 16385]}, "out_of_range", "/input_size/1"),
        ({"input_size": [8, 8, 8, 8]}, "wrong_length", "/input_size"),
        ({"input_size": []}, "wrong_length", "/input_size"),
        ({"input_size": "8"}, "not_an_integer", "/input_size"),
        ({"input_size": [8.0, 8]}, "not_an_integer", "/input_size/0"),
        ({"input_size": None}, "missing_field", "/input_size"),
        ({"kernel_size": True}, "not_an_integer", "/kernel_size"),
        ({"kernel_size": [3, 3, 3]}, "wrong_length", "/kernel_size"),
        ({"kernel_size": 65_537}, "out_of_range", "/kernel_size"),
        ({"stride": 0}, "out_of_range", "/stride"),
        ({"padding": [-1, 0]}, "out_of_range", "/padding/0"),
        ({"dimensions": 4}, "out_of_range", "/dimensions"),
        ({"dimensions": 3}, "wrong_length", "/input_size"),
        ({"output_padding": 1}, "illegal_layer", "/output_padding"),
        ({"in_channels": 0}, "out_of_range", "/in_channels"),
        ({"groups": "2"}, "not_an_integer", "/groups"),
        ({"bias": 1}, "not_a_boolean", "/bias"),
        ({"include": "matrix"}, "not_a_list", "/include"),
        ({"include": ["C"]}, "not_a_choice", "/include/0"),
        ({"kernel": 3}, "unknown_field", "/kernel"),
        ({"view": "layer"}, "unknown_field", "/view"),
    ],
)
def test_an_invalid_field_is_named(changes: dict[str, object], code: str, pointer: str) -> None:
    """The error has the code and the pointer of the field."""
    with pytest.raises(InvalidRequest) as refused:
        read_layer_request(LAYER | changes, Op.CONV)
    assert [(error.code, error.pointer) for error in refused.value.errors] == [(code, pointer)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output_padding": 1}, "output_padding 1 must be below the larger of stride 1"),
        ({"stride": 2, "output_padding": [1, 2]}, "output_padding 2 must be below"),
        ({"in_channels": 3, "groups": 2}, "in_channels 3 must be divisible by groups 2"),
    ],
)
def test_a_layer_that_torch_refuses_is_illegal(changes: dict[str, object], words: str) -> None:
    """The error is that of the layer itself."""
    with pytest.raises(InvalidLayer, match=words):
        read_layer_request(LAYER | changes, Op.CONV_TRANSPOSE)


@pytest.mark.parametrize("document", [None, [], "conv", 3])
@pytest.mark.parametrize("read", [read_solve_request, lambda d: read_draw_request(d, Op.CONV)])
def test_a_request_that_is_not_an_object_is_refused(read, document: object) -> None:  # noqa: ANN001
    """A request is a JSON object."""
    with pytest.raises(InvalidRequest, match="must be an object"):
        read(document)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"op": "deconv"}, "not_a_choice"),
        ({"op": None}, "missing_field"),
        ({"output_size": [16, 16, 16]}, "wrong_length"),
        ({"output_size": 0}, "out_of_range"),
        ({"padding": 1}, "unknown_field"),
    ],
)
def test_an_invalid_solve_request_is_refused(changes: dict[str, object], code: str) -> None:
    """Validation covers the sizes, the op and the fixed fields of the windows."""
    question = {"op": "conv_transpose", "input_size": [8, 8], "output_size": [16, 16]}
    with pytest.raises(DesignerError) as refused:
        read_solve_request(question | changes)
    assert refused.value.code == code


def test_only_the_layer_view_can_be_animated() -> None:
    """`animate` contradicts every other view."""
    with pytest.raises(InvalidRequest, match="the view matrix cannot be animated"):
        read_draw_request(LAYER | {"view": "matrix", "animate": True}, Op.CONV)
    assert read_draw_request(LAYER | {"animate": True}, Op.CONV).animate
