"""One module of torch as a value: what it makes of a map, what it costs, what it keeps.

Assembly, text and verification walk over the same values, so that no figure stands twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from designer.geometry.layers import FeatureMap

Settings = dict[str, Any]
"""What a built module says about itself, under torch's names, as JSON can hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module that gives the map it takes; its kinds say where they differ.

    ``saves_input`` and ``saves_output`` say which of the two torch keeps for the backward pass.
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
        """Numbers in each tensor that training changes."""
        return ()

    @property
    def parameters(self) -> int:
        """Numbers that training changes."""
        return sum(self.weights)

    def output_map(self, before: FeatureMap) -> FeatureMap:
        """The map after this module.

        Raises:
            InvalidLayer: where the module does not take the map.
        """
        return before

    def multiply_adds(self, before: FeatureMap) -> int:
        """Multiply-adds on one sample of the map ``before``."""
        return 0

    def extra_saved_for_backward(self, before: FeatureMap) -> int:
        """Numbers that torch keeps for the backward pass of one sample besides the two maps."""
        return 0
