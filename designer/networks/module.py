"""A torch module as a value: its output map, its costs, the tensors it saves for the backward pass.

Assembly, rendering and verification use the same values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from designer.geometry.layers import FeatureMap

Settings = dict[str, Any]
"""Settings of a built module under torch's names, as JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Base class of modules; by default without weights, and with output equal to input in shape.

    ``saves_input`` and ``saves_output``: whether torch saves that map for the backward pass.
    """

    saves_input: ClassVar[bool] = False
    saves_output: ClassVar[bool] = False

    @property
    def torch_class(self) -> str:
        """Name of the class in ``torch.nn``."""
        raise NotImplementedError

    @property
    def settings(self) -> Settings:
        """The settings of the built module; ``inplace`` is left out."""
        return {}

    @property
    def weights(self) -> tuple[int, ...]:
        """Number of elements of each trainable tensor."""
        return ()

    @property
    def parameters(self) -> int:
        """Number of trainable elements."""
        return sum(self.weights)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after this module.

        Raises:
            InvalidLayer: if the module does not accept the map.
        """
        return before

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds for one sample of the map ``before``."""
        return 0

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Elements besides the two maps that torch saves for the backward pass of one sample."""
        return 0
