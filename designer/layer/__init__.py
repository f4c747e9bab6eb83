"""One layer as the answer to a request: what HTTP and the command line both give.

requests    JSON to a layer on a map, to a question between two sizes, to a picture
proof       the job for the probe, and what its measurements prove
forms       the layer and each of its forms as plain values
answers     the whole answers, and the pictures
"""

from designer.layer.answers import (
    answer_layer,
    answer_question,
    draw_picture,
)
from designer.layer.requests import (
    DrawRequest,
    LayerForm,
    LayerRequest,
    LayerView,
    Op,
    SolveRequest,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)

__all__ = [
    "DrawRequest",
    "LayerForm",
    "LayerRequest",
    "LayerView",
    "Op",
    "SolveRequest",
    "answer_layer",
    "answer_question",
    "draw_picture",
    "read_draw_request",
    "read_layer_request",
    "read_solve_request",
]
