"""Complete answers about one layer as JSON values, and its pictures."""

from __future__ import annotations

from collections.abc import Callable

from designer.geometry.equivalence.inverse import invert_layer
from designer.geometry.equivalence.placement import (
    AnyConv,
    place_windows,
    untouched_count,
)
from designer.geometry.formula_text import describe_layer
from designer.geometry.layers import Size
from designer.layer.forms_json import (
    axis_matrices_document,
    equivalent_document,
    inverse_document,
    layer_document,
    matrix_document,
    overlap_document,
    phases_document,
)
from designer.layer.request_fields import LayerForm, LayerView
from designer.layer.requests import DrawRequest, LayerRequest, SolveRequest
from designer.layer.torch_proof import prove_layer
from designer.layer.window_solver import AxisSolutions, solve_axis
from designer.pictures.layer_picture import draw_layer
from designer.pictures.matrix_picture import draw_matrix
from designer.pictures.overlap_heat_map import draw_overlap
from designer.reasons import reason_documents
from designer.validation.json_readers import JsonObject
from designer.verification import Limits, Pool, ProbeRunner

FORM_DOCUMENTS: dict[LayerForm, Callable[[AnyConv, Size], JsonObject | list[JsonObject]]] = {
    LayerForm.MATRIX: matrix_document,
    LayerForm.AXIS_MATRICES: axis_matrices_document,
    LayerForm.EQUIVALENT: equivalent_document,
    LayerForm.PHASES: phases_document,
    LayerForm.OVERLAP: overlap_document,
}
"""Forms that are computed here; the proof runs in torch."""


def answer_layer(request: LayerRequest, *, runner: ProbeRunner | None = None) -> JsonObject:
    """Sizes, costs and inverse of a layer, and each requested form; the other forms are null.

    ``runner`` runs a proof in another process, such as a pool's ``run``; by default a process is
    started for the proof and stopped after it.

    Raises:
        InvalidLayer: if the layer does not fit the input.
        TooLarge: if a form is too large to list or to run.
        Accident: if the verifying process crashed or timed out, or its queue is full.
    """
    layer, size = request.layer, request.input_size
    document = _arithmetic_document(layer, size)
    for form, make in FORM_DOCUMENTS.items():
        document[str(form)] = make(layer, size) if form in request.include else None
    wanted = LayerForm.PROOF in request.include
    document[str(LayerForm.PROOF)] = _prove(layer, size, runner=runner) if wanted else None
    return document


def _prove(layer: AnyConv, size: Size, *, runner: ProbeRunner | None) -> JsonObject:
    if runner is not None:
        return prove_layer(layer, size, runner=runner)
    with Pool(workers=1, limits=Limits()) as pool:
        return prove_layer(layer, size, runner=pool.run)


def _arithmetic_document(layer: AnyConv, size: Size) -> JsonObject:
    placed = place_windows(layer, size)
    output_size = layer.output_size(size)
    offset = [axis.pixels - axis.window.stride * axis.positions for axis in placed]
    inverse = invert_layer(layer, size)
    return {
        **layer_document(layer),
        "input_size": list(size),
        "output_size": list(output_size),
        "arithmetic": describe_layer(layer, size),
        "offset": offset,
        "exact": not any(offset),
        "even_overlap": all(window.overlaps_evenly for window in layer.windows),
        "unread": untouched_count(placed),
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds(size),
        "inverse": inverse_document(inverse, output_size),
        "why_no_inverse": inverse.why if inverse.layer is None else None,
        "reasons": reason_documents([inverse.reason] if inverse.layer is None else []),
    }


def answer_question(request: SolveRequest) -> JsonObject:
    """All windows from size to size for each axis, best first, or the reason for none."""
    answers = {question: solve_axis(question) for question in set(request.questions)}
    solved = [answers[question] for question in request.questions]
    why_not = [solution.why_not for solution in solved]
    return {
        "op": str(request.op),
        "input_size": [question.input_size for question in request.questions],
        "output_size": [question.output_size for question in request.questions],
        "solutions": [_solutions_document(solution) for solution in solved],
        "count": [solution.count for solution in solved],
        "family": [solution.family for solution in solved],
        "why_not": why_not if any(why_not) else None,
        "reasons": reason_documents(each.reason for each in solved if each.reason is not None),
    }


def _solutions_document(solution: AxisSolutions) -> list[JsonObject]:
    return [
        {name: getattr(window, name) for name in SOLUTION_FIELDS} for window in solution.windows
    ]


SOLUTION_FIELDS = ("kernel_size", "stride", "dilation", "padding", "output_padding")


def draw_picture(drawing: DrawRequest) -> str:
    """The picture as SVG.

    Raises:
        InvalidLayer: if the layer does not fit the input.
        TooLarge: if the picture is too large to draw.
    """
    return _VIEW_DRAWERS[drawing.view](drawing)


_VIEW_DRAWERS: dict[LayerView, Callable[[DrawRequest], str]] = {
    LayerView.LAYER: lambda one: draw_layer(one.layer, one.input_size, animate=one.animate),
    LayerView.MATRIX: lambda one: draw_matrix(one.layer, one.input_size),
    LayerView.OVERLAP: lambda one: draw_overlap(one.layer, one.input_size),
}
