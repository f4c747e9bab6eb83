"""The windows of one axis by stride and offset, without their cost."""

from __future__ import annotations

from designer.brief.search_space import Exact, SearchSpace
from designer.chains.step_limit import StepLimit
from designer.geometry.axis import kernel_span, mirrored_output_paddings, transposed_padding
from designer.geometry.resampling import Upsampling, weights_per_channel_pair

Kernel = tuple[int, int]
"""(kernel_size, dilation)."""

Paddings = range
"""The output paddings of a kernel with an offset, the smallest first; each has one padding."""

AxisChoice = tuple[Kernel, int, int]
"""(kernel, padding, output_padding) on one axis."""


AxisKernels = list[dict[Kernel, Paddings]]
"""For each axis, the kernels and their paddings."""


class AxisWindows:
    """The windows of a search space along one axis, each list computed once."""

    def __init__(self, space: SearchSpace, step_limit: StepLimit, upsampling: Upsampling) -> None:
        self._space = space
        self._step_limit = step_limit
        self._upsampling = upsampling
        self._kernels: dict[int, tuple[Kernel, ...]] = {}
        self._residues: dict[int, dict[int, tuple[int, ...]]] = {}
        self._weights: dict[tuple[int, int], int] = {}
        self._paddings_by_kernel: dict[tuple[int, int], dict[Kernel, Paddings]] = {}

    def kernels(self, stride: int) -> tuple[Kernel, ...]:
        """The kernels allowed with a stride: F ≥ S, gcd(S, D) = 1, S | F for even overlap."""
        if stride not in self._kernels:
            self._kernels[stride] = tuple(
                (kernel, dilation)
                for kernel in self._space.kernel_sizes
                for dilation in self._space.dilations
                if self._space.allows(kernel_size=kernel, stride=stride, dilation=dilation)
            )
        return self._kernels[stride]

    def offsets(self, stride: int, residue: int) -> tuple[int, ...]:
        """The offsets c ≡ residue (mod S) of the windows with this stride."""
        if stride not in self._residues:
            by_residue: dict[int, list[int]] = {}
            for offset in sorted(self._offset_range(stride)):
                if self.paddings_by_kernel(stride, offset):
                    by_residue.setdefault(offset % stride, []).append(offset)
            self._residues[stride] = {key: tuple(found) for key, found in by_residue.items()}
        return self._residues[stride].get(residue, ())

    def _offset_range(self, stride: int) -> range:
        if self._space.exact is Exact.REQUIRE:
            return range(1)
        if self._space.exact is Exact.PREFER:
            return range(1 - stride, stride)
        spans = [kernel_span(kernel, dilation) for kernel, dilation in self.kernels(stride)]
        farthest = max(spans, default=0)
        found = range(2 - stride - farthest, farthest)
        self._step_limit.spend(len(found) * len(spans))
        return found

    def paddings_by_kernel(self, stride: int, offset: int) -> dict[Kernel, Paddings]:
        """For each kernel that can have this offset on one axis, the paddings that produce it."""
        found = self._paddings_by_kernel.get((stride, offset))
        if found is None:
            found = {}
            self._step_limit.spend(10 * len(self.kernels(stride)))
            for kernel in self.kernels(stride):
                paddings = mirrored_output_paddings(
                    offset,
                    kernel_size=kernel[0],
                    stride=stride,
                    dilation=kernel[1],
                    output_padding=self._space.output_padding,
                )
                if paddings:
                    found[kernel] = paddings
            self._paddings_by_kernel[stride, offset] = found
        return found

    def weights(self, kernel_size: int, stride: int) -> int:
        """Weights per pair of channels along one axis."""
        found = self._weights.get((kernel_size, stride))
        if found is None:
            found = weights_per_channel_pair(self._upsampling, (kernel_size,), (stride,))
            self._weights[kernel_size, stride] = found
        return found


def all_choices(axis: dict[Kernel, Paddings], stride: int, offset: int) -> list[AxisChoice]:
    """Every window of one axis with this stride and offset."""
    return [
        _choice(kernel, output_padding, stride, offset)
        for kernel, found in axis.items()
        for output_padding in found
    ]


def first_choices(
    axis: dict[Kernel, Paddings], stride: int, offset: int
) -> dict[Kernel, AxisChoice]:
    """For each kernel, the window with the smallest output padding."""
    return {kernel: _choice(kernel, found[0], stride, offset) for kernel, found in axis.items()}


def _choice(kernel: Kernel, output_padding: int, stride: int, offset: int) -> AxisChoice:
    padding = transposed_padding(
        offset,
        kernel_size=kernel[0],
        stride=stride,
        dilation=kernel[1],
        output_padding=output_padding,
    )
    return kernel, padding, output_padding


def shared_kernels(axes: AxisKernels) -> list[Kernel]:
    """The kernels that all axes have, in the order of the first axis."""
    first, *others = axes
    shared = list(first)
    for axis in others:
        shared = [kernel for kernel in shared if kernel in axis]
    return shared
