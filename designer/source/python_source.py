"""The source of a generated module, checked to compile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class PythonSource:
    """The source of a module; it compiles.

    Raises:
        SyntaxError: if the text is not valid Python.
    """

    text: str

    def __post_init__(self) -> None:
        compile(self.text, "model.py", "exec")

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()
