"""Tools that edit one network of a rendered source, whatever the design calls its parts.

In the code of an edit, ``IN`` stands for the input of ``forward``, ``OUT`` for what it returns,
``NAME`` for the class. An edit gives None where it does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

SEPARATOR = "\n\n\n"
FORWARD = "    def forward("
RETURN = re.compile(r"        return (.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One class of a source: the text before it, its own, and the text after it."""

    name: str
    before: str
    code: str
    after: str

    @property
    def input_name(self) -> str:
        """Name of the first argument of ``forward``."""
        found = re.search(r"def forward\(self, (\w+)", self.code)
        assert found
        return found[1]

    @property
    def output(self) -> str:
        """The expression that ``forward`` returns."""
        found = RETURN.search(self.code)
        assert found
        return found[1]

    @property
    def text(self) -> str:
        """The whole source."""
        return self.before + self.code + self.after

    def named(self, code: str, indent: int = 8) -> str:
        """The code of an edit with the names of this network, indented."""
        for mark, name in (("IN", self.input_name), ("OUT", self.output), ("NAME", self.name)):
            code = re.sub(rf"\b{mark}\b", name, code)
        return code.replace("\n", "\n" + " " * indent)


Apply = Callable[[Network], Network | None]


def network_of(text: str, name: str) -> Network | None:
    """The class of this name in a source; None if it has none."""
    start = text.find(f"class {name}(nn.Module):")
    if start < 0:
        return None
    end = text.index(SEPARATOR, start)
    return Network(name=name, before=text[:start], code=text[start:end], after=text[end:])


def returns(expression: str) -> Apply:
    """Another expression after ``return``."""
    return lambda found: replace(
        found, code=RETURN.sub(lambda _: f"        return {found.named(expression)}", found.code)
    )


def before_return(statement: str, result: str = "OUT") -> Apply:
    """Statements after the layers were called, and another expression after ``return``."""
    return lambda found: replace(
        found,
        code=RETURN.sub(
            lambda _: f"        {found.named(statement)}\n        return {found.named(result)}",
            found.code,
        ),
    )


def starts(statement: str) -> Apply:
    """Statements at the start of ``forward``."""
    return lambda found: replace(
        found,
        code=re.sub(
            r"    def forward\(.*\n",
            lambda header: f"{header[0]}        {found.named(statement)}\n",
            found.code,
        ),
    )


def receives(expression: str) -> Apply:
    """Another input than the one given."""
    return starts(f"IN = {expression}")


def around(start: str, end: str, result: str = "OUT") -> Apply:
    """Statements at the start of ``forward`` and before its end."""

    def apply(found: Network) -> Network | None:
        started = starts(start)(found)
        return started and before_return(end, result)(started)

    return apply


def constructs(statement: str) -> Apply:
    """Statements at the end of the constructor."""
    return lambda found: replace(
        found,
        code=found.code.replace(
            f"\n{FORWARD}", f"        {found.named(statement)}\n\n{FORWARD}", 1
        ),
    )


def defines(code: str) -> Apply:
    """Additional code in the class."""
    return lambda found: replace(
        found, code=found.code.replace(FORWARD, f"    {found.named(code, 4)}\n\n{FORWARD}", 1)
    )


def at_top(code: str) -> Apply:
    """Additional code before the class."""
    return lambda found: replace(found, before=f"{found.before}{found.named(code, 0)}{SEPARATOR}")


def contains(body: str) -> Apply:
    """``main`` as a container of its own class; the body computes from ``value``."""
    code = f"class Main(nn.Sequential):\n    def forward(self, value):\n        {body}"

    def apply(found: Network) -> Network | None:
        moved = at_top(code)(found)
        return moved and changes(r"self\.main = nn\.Sequential\(", "self.main = Main(")(moved)

    return apply


def changes(pattern: str, replacement: str, *, last: bool = False) -> Apply:
    """Another text in place of the first, or last, occurrence of a pattern in the class."""

    def apply(found: Network) -> Network | None:
        matches = list(re.finditer(pattern, found.code))
        if not matches:
            return None
        match = matches[-1 if last else 0]
        code = found.code[: match.start()] + match.expand(replacement) + found.code[match.end() :]
        return replace(found, code=code)

    return apply


def where(pattern: str, apply: Apply) -> Apply:
    """An edit for classes that contain a pattern."""
    return lambda found: apply(found) if re.search(pattern, found.code) else None


def both(*edits: Apply) -> Apply:
    """Several edits, one after another."""

    def apply(found: Network) -> Network | None:
        for edit in edits:
            changed = edit(found)
            if changed is None:
                return None
            found = changed
        return found

    return apply
