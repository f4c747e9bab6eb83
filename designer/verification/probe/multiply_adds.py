"""Counts the multiply-adds of what torch runs, by torch's own formulas."""

from __future__ import annotations

from typing import Any

from torch.utils.flop_counter import flop_registry

from designer.verification.probe.dispatch_mode import DispatchMode


class MultiplyAddCounter(DispatchMode):  # type: ignore[no-untyped-call]
    """While it is active, counts the operations for which torch has a formula.

    ``FlopCounterMode`` of torch counts the same, but imports torch's compiler to do so.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._operations = 0

    @property
    def multiply_adds(self) -> int:
        """The multiply-adds so far; torch counts a multiplication and an addition each."""
        return self._operations // 2

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401  torch's operation
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  torch's results
        """The result of an operation of torch, or of those that it consists of."""
        keywords = kwargs or {}
        formula = flop_registry.get(func.overloadpacket)
        if formula is None:
            with self:
                parts: Any = func.decompose(*args, **keywords)
            return func(*args, **keywords) if parts is NotImplemented else parts
        result = func(*args, **keywords)
        self._operations += formula(*args, **keywords, out_val=result)
        return result
