"""Requests about one layer and their answers, shared by HTTP and the command line.

request_fields   fields of the JSON requests
requests         validation of the JSON requests
window_solver    all windows between two sizes along one axis
forms_json       a layer and its equivalent forms as JSON values
torch_proof      check of the equivalent forms by torch
answers          complete answers and pictures
"""

from designer.layer.answers import (
    answer_layer,
    answer_question,
    draw_picture,
)
from designer.layer.request_fields import DRAWING, LAYER, QUESTION, LayerForm, LayerView, Op
from designer.layer.requests import (
    DrawRequest,
    LayerRequest,
    SolveRequest,
    read_draw_request,
    read_layer_request,
    read_solve_request,
)

__all__ = [
    "DRAWING",
    "LAYER",
    "QUESTION",
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
