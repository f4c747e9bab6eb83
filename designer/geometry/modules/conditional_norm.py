"""Class-conditional batch norm: batch norm whose gain and bias are those of each sample's label.

y = γ[label]·(x − μ)/√(σ² + ε) + β[label] (Dumoulin et al., "A Learned Representation for Artistic
Style", arXiv:1610.07629; de Vries et al., arXiv:1707.00683), as in the generators of Miyato & Koyama
(arXiv:1802.05637): the statistics are those of all samples, whatever their labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from designer.geometry.layers import FeatureMap
from designer.geometry.modules.labels import ChannelEmbedding
from designer.geometry.modules.module import InnerLayer, Module, SourceArguments
from designer.geometry.modules.norms import BatchNorm

_LABEL = FeatureMap(channels=1, size=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalBatchNorm(Module):
    """A batch norm without weights, then a gain and a bias for each channel, looked up by label.

    At the start all gains are one and all biases zero. It has no weights but those of its parts.

    >>> norm = ConditionalBatchNorm(channels=64, axes=2, classes=10)
    >>> [(part.name, part.module.parameters) for part in norm.parts(FeatureMap(channels=64, size=(8, 8)))]
    [('gain', 640), ('bias', 640), ('norm', 0)]
    """

    ops: ClassVar[tuple[str, ...]] = ("conditional_batch",)
    column: ClassVar[str | None] = "normalization"
    role: ClassVar[str] = "norm"
    saves_input: ClassVar[bool] = True
    over_batch: ClassVar[bool] = True
    reads_labels: ClassVar[bool] = True

    channels: int
    axes: int
    classes: int

    @property
    def torch_class(self) -> str:
        """The class of the source."""
        return "model.ConditionalBatchNorm"

    @property
    def helper(self) -> str | None:
        """Its class."""
        return "ConditionalBatchNorm"

    @property
    def centres_channels(self) -> bool:
        """Over batch and map, before the bias of the label is added."""
        return True

    @property
    def _norm(self) -> BatchNorm:
        return BatchNorm(channels=self.channels, axes=self.axes, affine=False)

    def parts(self, before: FeatureMap) -> tuple[InnerLayer, ...]:
        """The tables of gains and biases, and the norm of the map."""
        gain, bias = (
            ChannelEmbedding(
                classes=self.classes, dim=self.channels, start=start, multiplied=multiplied
            )
            for start, multiplied in ((1.0, True), (0.0, False))
        )
        return (
            InnerLayer("gain", gain, _LABEL),
            InnerLayer("bias", bias, _LABEL),
            InnerLayer("norm", self._norm, before),
        )

    def signal_after(self, moment: float, before: FeatureMap) -> float | None:
        """That of the norm: gains are one, biases zero."""
        return self._norm.signal_after(moment, before)

    def gradient_before(self, gradient: float, moment: float, before: FeatureMap) -> float | None:
        """That of the norm."""
        return self._norm.gradient_before(gradient, moment, before)

    def source_arguments(self, before: str, after: str) -> SourceArguments:
        """The channels; the number of classes is the default."""
        return (after,), {}

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """The normalized map, which the gain is multiplied by."""
        return before.elements

    def working_elements(self, before: FeatureMap, after: FeatureMap) -> int:
        """The map, its product with the gain, the sum with the bias, and both vectors."""
        return before.elements + 2 * after.elements + 2 * self.channels
