"""One layer as the answer to a request: what HTTP and the command line both give.

requests    JSON to a layer on a map, to a question between two sizes, to a picture
proof       the job for the probe, and what its measurements prove
forms       the layer and each of its forms as plain values
answers     the whole answers, and the pictures
"""

from designer.layer.answers import (
    answer_layer,
    answer_question,
    draw_answer,
)
from designer.layer.requests import (
    Drawing,
    Form,
    LayerRequest,
    Op,
    SolveRequest,
    View,
    read_drawing,
    read_layer,
    read_question,
)

__all__ = [
    "Drawing",
    "Form",
    "LayerRequest",
    "Op",
    "SolveRequest",
    "View",
    "answer_layer",
    "answer_question",
    "draw_answer",
    "read_drawing",
    "read_layer",
    "read_question",
]
