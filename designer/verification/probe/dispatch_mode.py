"""A dispatch mode of torch that does without torch's compiler."""

from __future__ import annotations

from torch.utils._python_dispatch import TorchDispatchMode


class DispatchMode(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While one is active, torch calls its ``__torch_dispatch__`` in the place of each operation."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: to have its compiler skip the mode, torch would import it, which takes seconds."""
        return False
