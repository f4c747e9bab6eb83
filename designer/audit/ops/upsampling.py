"""Layers without weights that enlarge a map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Annotated, ClassVar

from designer.audit.ops.field_types import (
    MAX_SCALE,
    SCALE_FACTOR,
    PerAxis,
    choice_type,
    integer_type,
    one_or_list_type,
    per_axis_type,
)
from designer.audit.ops.layer import AuditLayer, AxisReach, FieldValues, LayerFields, TriedValues
from designer.audit.ops.layer_errors import (
    LayerError,
    TensorShape,
    TraceStep,
    refuse_empty,
)
from designer.validation.json_readers import JsonObject, refuse_field

INTERPOLATION_RANKS = {"linear": (3,), "bilinear": (4,), "bicubic": (4,), "trilinear": (5,)}
"""Interpolation modes that accept one rank of tensors only."""

MAX_FACTOR = 8
"""Maximum factor that a repair tries."""

UPSAMPLE_MODES = ("nearest", "nearest-exact", "area", *INTERPOLATION_RANKS)

_RESIZE_ARGUMENTS = "size scale_factor mode align_corners recompute_scale_factor"

_MODE_NAMES = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsampleLayer(AuditLayer):
    """torch's Upsample: by a factor, or to a size.

    >>> UpsampleLayer(scale_factor=2).step((2, 8, 7, 5), ()).shape
    (2, 8, 14, 10)
    """

    op: ClassVar[str] = "upsample"
    torch_modules: ClassVar[Mapping[str, str]] = {
        "Upsample": _RESIZE_ARGUMENTS,
        "UpsamplingNearest{}d": "size scale_factor",
        "UpsamplingBilinear{}d": "size scale_factor",
    }
    implied_fields: ClassVar[Mapping[str, FieldValues]] = {
        "UpsamplingBilinear{}d": {"mode": "bilinear"}
    }
    torch_functions: ClassVar[Mapping[str, str]] = {
        "interpolate": _RESIZE_ARGUMENTS,
        "upsample": _RESIZE_ARGUMENTS,
    }
    is_resize: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True

    scale_factor: Annotated[float | tuple[float, ...] | None, one_or_list_type(SCALE_FACTOR)] = None
    size: Annotated[PerAxis | None, per_axis_type(1)] = None
    mode: Annotated[str, choice_type(*UPSAMPLE_MODES)] = "nearest"

    @classmethod
    def fields_of_call(
        cls, fields: JsonObject, arguments: Mapping[str, object], axes: int
    ) -> JsonObject:
        """The fields of a call without ``align_corners``, which only interpolating modes have."""
        mode = fields.get("mode", "nearest")
        if arguments.get("align_corners") is not None and mode not in INTERPOLATION_RANKS:
            sentence = "unsuitable_align_corners"
            refuse_field("/align_corners", "contradiction", {"mode": mode}, sentence=sentence)
        return fields

    def refuse_contradictions(self, *, pointer: str, index: int) -> None:
        """Refuse both a factor and a size, or neither."""
        if (self.scale_factor is None) == (self.size is None):
            if self.size is None:
                refuse_field(
                    f"{pointer}/scale_factor", "missing_field", sentence="no_factor_or_size"
                )
            refuse_field(pointer, "contradiction", sentence="factor_and_size")

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """⌊i·factor⌋ on every axis, or the size."""
        sizes = shape[2:]
        self._refuse_axis_count(shape)
        outputs, formulas = [], []
        for axis, size in enumerate(sizes):
            if self.size is not None:
                outputs.append(int(_entry(self.size, axis)))
                continue
            factor = _entry(self.scale_factor, axis)
            outputs.append(floor(float(size) * factor))
            formulas.append(f"⌊{size} · {factor:g}⌋ = {outputs[-1]}")
        self._refuse_rank(shape)
        after = (*shape[:2], *outputs)
        if min(outputs) < 1 and self.mode != "area":
            raise LayerError(
                "empty_shape",
                {"output_shape": outputs},
                torch_error=_size_error(sizes, outputs),
                fields=("scale_factor", "size"),
                output_size=outputs,
            )
        refuse_empty(after, fields=("scale_factor", "size"))
        return TraceStep(shape=after, formulas=lambda: formulas)

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach] | None:
        """Position k reads (k + 1/2)/S − 1/2, rounded, or its two neighbors; None for other modes."""
        found: list[AxisReach] = []
        for size, resized in zip(before[2:], after[2:], strict=True):
            scale = Fraction(resized, size)
            middle, half = (1 / scale - 1) / 2, (1 - 1 / scale) / 2
            if self.mode in INTERPOLATION_RANKS and self.mode != "bicubic":
                half = 1 - 1 / (2 * scale)
            elif self.mode not in ("nearest", "nearest-exact"):
                return None
            half = max(half, Fraction(0))
            found.append((middle - half, middle + half, 1 / scale))
        return found

    def thinned(self) -> AuditLayer:
        """The layer itself, which has no channels."""
        return self

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Modes for the number of axes, and other sizes or factors."""
        modes = [name for name, ranks in INTERPOLATION_RANKS.items() if len(before) in ranks]
        resized: dict[str, Iterable[object]] = (
            {"scale_factor": range(1, MAX_FACTOR + 1)} if self.size is None else {"size": counts}
        )
        return {"mode": [*modes, "nearest"], **resized}

    def values_for_size(self, sizes: TensorShape) -> FieldValues:
        """The size in place of a factor."""
        return ({} if self.scale_factor is None else {"scale_factor": None}) | {"size": sizes}

    def _refuse_axis_count(self, shape: TensorShape) -> None:
        for name in ("size", "scale_factor"):
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != len(shape) - 2:
                raise LayerError(
                    "field_for_other_axes",
                    {"field": name, "axes": len(value), "map_axes": max(len(shape) - 2, 0)},
                    torch_error=_axis_count_error(name, shape, value),
                    fields=(name,),
                    input_shape=list(shape[1:]),
                )

    def _refuse_rank(self, shape: TensorShape) -> None:
        rank = len(shape)
        needed = INTERPOLATION_RANKS.get(self.mode, (3, 4, 5))
        if rank in needed:
            return
        if rank in (3, 4, 5) and self.mode != "bicubic":
            torch_error = f"Got {rank}D input, but {self.mode} mode needs {needed[0]}D input"
        else:
            torch_error = (
                "Input Error: Only 3D, 4D and 5D input Tensors supported"
                f" (got {rank}D) for the modes: {_MODE_NAMES} (got {self.mode})"
            )
        raise LayerError(
            "mode_for_other_axes",
            {"mode": self.mode, "map_axes": max(rank - 2, 0)},
            torch_error=torch_error,
            fields=("mode",),
            input_shape=list(shape[1:]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelShuffleLayer(AuditLayer):
    """torch's PixelShuffle: r² channels become one, r times as high and wide.

    >>> PixelShuffleLayer(upscale_factor=2).step((2, 8, 7, 5), ()).shape
    (2, 2, 14, 10)
    """

    op: ClassVar[str] = "pixel_shuffle"
    torch_modules: ClassVar[Mapping[str, str]] = {"PixelShuffle": "upscale_factor"}
    torch_functions: ClassVar[Mapping[str, str]] = {"pixel_shuffle": "upscale_factor"}

    upscale_factor: Annotated[int, integer_type(1, MAX_SCALE)]

    def step(self, shape: TensorShape, earlier: Sequence[TensorShape]) -> TraceStep:
        """The last two axes times r, and the axis before them divided by r²."""
        factor = self.upscale_factor
        if len(shape) < 3:
            raise LayerError(
                "nothing_to_enlarge",
                torch_error="pixel_shuffle expects input to have at least 3 dimensions, but got"
                f" input with {len(shape)} dimension(s)",
                input_shape=list(shape[1:]),
            )
        *head, channels, height, width = shape
        if channels % factor**2:
            raise LayerError(
                "indivisible_channels",
                {"square": factor**2},
                torch_error="pixel_shuffle expects its input's 'channel' dimension to be divisible"
                f" by the square of upscale_factor, but input.size(-3)={channels} is not divisible"
                f" by {factor**2}",
                fields=("upscale_factor",),
                channels=channels,
                upscale_factor=factor,
            )
        formulas = [f"{channels} / {factor}² = {channels // factor**2}"]
        formulas += [f"{size} · {factor} = {size * factor}" for size in (height, width)]
        after = (*head, channels // factor**2, height * factor, width * factor)
        return TraceStep(shape=after, formulas=lambda: formulas)

    def axis_reaches(self, before: TensorShape, after: TensorShape) -> Sequence[AxisReach]:
        """Position k reads ⌊k/r⌋."""
        factor = self.upscale_factor
        return [(Fraction(1 - factor, factor), Fraction(0), Fraction(1, factor))] * 2

    @property
    def merged_channels(self) -> int:
        """The factor squared."""
        return self.upscale_factor**2

    def reversed_layers(self, before: TensorShape, after: TensorShape) -> Iterator[LayerFields]:
        """The convolution whose kernel and stride are the factor."""
        if len(before) == 4:
            yield {
                "op": "conv",
                "in_channels": after[1],
                "out_channels": before[1],
                "kernel_size": self.upscale_factor,
                "stride": self.upscale_factor,
            }

    def tried_values(self, before: TensorShape, counts: Sequence[int]) -> TriedValues:
        """Other factors."""
        return {"upscale_factor": range(1, MAX_FACTOR + 1)}

    def wanted_count(self, shape: TensorShape) -> int | None:
        """The channels of which as many remain as come in."""
        return shape[-3] * self.merged_channels if len(shape) > 2 else None


def _entry(value: PerAxis | float | tuple[float, ...] | None, axis: int) -> float:
    assert value is not None, "an upsampling has a size or a factor"
    return value[axis] if isinstance(value, tuple) else value


def _size_error(sizes: Sequence[int], outputs: Sequence[int]) -> str:
    letters = "DHW"[-len(sizes) :]
    before, after = (
        ", ".join(f"{name}: {value}" for name, value in zip(letters, values, strict=True))
        for values in (sizes, outputs)
    )
    separator = "and output" if len(sizes) == 1 else "output"
    return (
        f"Input and output sizes should be greater than 0, but got input ({before}) {separator}"
        f" ({after})"
    )


def _axis_count_error(name: str, shape: TensorShape, value: tuple[float, ...]) -> str:
    if name == "size":
        other, what = "output", f"output size of {value}"
        order = "output size in (o1, o2, ...,oK) format."
    else:
        other, what = name, f"scale_factor of shape {tuple(map(float, value))}"
        order = "scale_factor in (s1, s2, ...,sK) format."
    return (
        f"Input and {other} must have the same number of spatial dimensions, but got input with"
        f" spatial dimensions of {list(shape[2:])} and {what}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and {order}"
    )
