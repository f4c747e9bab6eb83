"""A layer and its equivalent forms as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from designer.geometry.equivalence.direct_convolution import equivalent_convolution, equivalent_crop
from designer.geometry.equivalence.inverse import Inverse, gradient_layer
from designer.geometry.equivalence.matrix import axis_matrices, layer_matrix
from designer.geometry.equivalence.overlap_map import OverlapAxis, layer_overlap
from designer.geometry.equivalence.phases import PhaseAxis, Phases, layer_phases
from designer.geometry.equivalence.placement import AnyConv
from designer.geometry.equivalence.python_snippet import render_snippet
from designer.geometry.layers import Size, window_fields
from designer.reasons import Reason, reason_documents
from designer.validation.json_readers import JsonObject
from designer.validation.limits import MAX_LISTED_POSITIONS


def layer_document(layer: AnyConv) -> JsonObject:
    """A layer with torch's argument names, one entry per axis.

    >>> from designer.geometry.layers import Conv, Window
    >>> layer_document(Conv(in_channels=1, out_channels=2, windows=(Window(kernel_size=3),)))["op"]
    'conv'
    """
    return {
        "op": layer.op,
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        **window_fields(layer.windows),
        "groups": layer.groups,
        "bias": layer.bias,
    }


def inverse_document(inverse: Inverse, output_size: Size) -> JsonObject | None:
    """The inverse layer, and the sizes that the convolution maps to one size; or None."""
    if inverse.layer is None:
        return None
    shared = [None if sizes is None else list(sizes) for sizes in inverse.ambiguous]
    return {
        **layer_document(inverse.layer),
        "input_size": list(output_size),
        "unique": inverse.unique,
        "sizes_sharing": shared,
        **why_document(inverse.reason),
    }


def equivalent_document(layer: AnyConv, input_size: Size) -> JsonObject:
    """The direct convolution, the crop of the full output, the gradient, and runnable code."""
    direct = equivalent_convolution(layer, input_size)
    return {
        "in_channels": direct.in_channels,
        "out_channels": direct.out_channels,
        "groups": direct.groups,
        "inserted_zeros": [axis.inserted_zeros for axis in direct.axes],
        "input_size": [axis.input_size for axis in direct.axes],
        "padding": [list(axis.padding) for axis in direct.axes],
        "kernel_size": [axis.kernel_size for axis in direct.axes],
        "stride": [axis.stride for axis in direct.axes],
        "dilation": [axis.dilation for axis in direct.axes],
        "flipped": direct.flipped,
        "crop": _crop_document(layer, input_size),
        "gradient": layer_document(gradient_layer(layer, input_size)),
        "source": render_snippet(layer, input_size),
    }


def _crop_document(layer: AnyConv, input_size: Size) -> JsonObject | None:
    crop = equivalent_crop(layer, input_size)
    cropped = None if crop is None else [list(near_far) for near_far in crop.cropped]
    return None if crop is None else {"full_size": list(crop.full_size), "cropped": cropped}


def matrix_document(layer: AnyConv, input_size: Size) -> JsonObject:
    """The matrix C or Cᵀ: shape, entries as [row, column, tap], connections if they are few."""
    matrix = layer_matrix(layer, input_size)
    return {
        "name": "Cᵀ" if layer.transposed else "C",
        "shape": [matrix.rows, matrix.columns],
        "kernel_size": list(matrix.kernel_size),
        "entries": [list(entry) for entry in matrix.entries],
        "inputs_per_output": (
            list(matrix.inputs_per_output) if matrix.rows <= MAX_LISTED_POSITIONS else None
        ),
        "outputs_per_input": (
            list(matrix.outputs_per_input) if matrix.columns <= MAX_LISTED_POSITIONS else None
        ),
    }


def axis_matrices_document(layer: AnyConv, input_size: Size) -> list[JsonObject]:
    """The matrix along each axis: shape, and entries as [row, column, tap]."""
    return [
        {
            "shape": [matrix.rows, matrix.columns],
            "entries": [list(entry) for entry in matrix.entries],
        }
        for matrix in axis_matrices(layer, input_size)
    ]


def overlap_document(layer: AnyConv, input_size: Size) -> JsonObject:
    """Contributions per position if they are few, their evenness, and the width of the border."""
    overlap = layer_overlap(layer, input_size)
    listed = prod(overlap.size) <= MAX_LISTED_POSITIONS
    return {
        "map": "output" if layer.transposed else "input",
        "size": list(overlap.size),
        "even": overlap.even,
        "contributions": nest(overlap.contributions, overlap.size) if listed else None,
        "most": overlap.most,
        "least": overlap.least,
        "ratio": None if overlap.ratio is None else float(overlap.ratio),
        "border": [list(near_far) for near_far in overlap.border],
        "axes": [_overlap_axis_document(axis) for axis in overlap.axes],
    }


def _overlap_axis_document(axis: OverlapAxis) -> JsonObject:
    listed = axis.placed.pixels <= MAX_LISTED_POSITIONS
    return {
        "contributions": list(axis.contributions) if listed else None,
        "inner": list(axis.inner),
        "most": axis.most,
        "least": axis.least,
    }


def phases_document(layer: AnyConv, input_size: Size) -> JsonObject:
    """The phases per axis, their convolutions, and whether these equal a PixelShuffle."""
    phases = layer_phases(layer, input_size)
    return {
        "count": len(phases),
        "axes": [[_phase_document(phase) for phase in axis] for axis in phases.axes],
        "convolutions": [_convolution_document(phase) for phase in phases],
        "pixel_shuffle": _pixel_shuffle_document(phases),
    }


def _phase_document(phase: PhaseAxis) -> JsonObject:
    return {
        "phase": phase.phase,
        "taps": list(phase.taps),
        "dilation": phase.dilation,
        "padding": list(phase.padding),
        "size": phase.size,
    }


def _convolution_document(axes: tuple[PhaseAxis, ...]) -> JsonObject:
    return {
        "phase": [axis.phase for axis in axes],
        "kernel_size": [len(axis.taps) for axis in axes],
        "dilation": [axis.dilation for axis in axes],
        "padding": [list(axis.padding) for axis in axes],
        "size": [axis.size for axis in axes],
    }


def _pixel_shuffle_document(phases: Phases) -> JsonObject:
    shuffle = phases.pixel_shuffle
    sizes = {name: getattr(shuffle, name) for name in ("kernel_size", "padding", "dilation")}
    return {
        "holds": shuffle.holds,
        **why_document(shuffle.reason),
        "upscale_factor": shuffle.upscale_factor,
        **{name: None if size is None else list(size) for name, size in sizes.items()},
    }


def why_document(reason: Reason) -> JsonObject:
    """One reason as a sentence (``why``), and with its code and facts (``reasons``)."""
    return {"why": reason.sentence, "reasons": reason_documents([reason])}


def nest(flat: Sequence[object], size: Size) -> list[object]:
    """A map, flattened row by row, as nested lists.

    >>> nest([1, 2, 3, 4, 5, 6], (2, 3))
    [[1, 2, 3], [4, 5, 6]]
    """
    if len(size) == 1:
        return list(flat)
    step = prod(size[1:])
    return [nest(flat[start : start + step], size[1:]) for start in range(0, len(flat), step)]
