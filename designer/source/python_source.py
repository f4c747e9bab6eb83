"""The text of a module, as a value that compiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True, kw_only=True)
class PythonSource:
    """The text of a module; it compiles.

    Raises:
        SyntaxError: where the text is no Python.
    """

    text: str

    def __post_init__(self) -> None:
        compile(self.text, "model.py", "exec")

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()
