"""Where the number of an argument stands: found in the ways in which people write it."""

from __future__ import annotations

import ast

import pytest

from designer.audit.sources.repairs.number_sites import MakingCall, SourceIndex

HEAD = "class Net(nn.Module):\n    def __init__(self, {}):\n"

TEXTS = {
    "a literal": ("nn.Conv2d(WANTED, 3)", []),
    "a product": ("nn.Linear(64 * WANTED * 5, 2)", []),
    "a name of the module": ("width = WANTED\nnn.Conv2d(width, 3)", []),
    "an entry of a tuple assignment": ("a, b = WANTED, 5\nnn.Conv2d(a, 3)", []),
    "a default": (HEAD.format("n=WANTED") + "        self.c = nn.Conv2d(n, 3)\nNet()", ["Net()"]),
    "an argument": (
        HEAD.format("n") + "        self.c = nn.Conv2d(n, 3)\nNet(WANTED)",
        ["Net(WANTED)"],
    ),
    "a named argument": (
        HEAD.format("n=4") + "        self.c = nn.Conv2d(n, 3)\nNet(n=WANTED)",
        ["Net(n=WANTED)"],
    ),
    "an attribute": (
        HEAD.format("n")
        + "        self.n = n // 2\n        self.c = nn.Conv2d(self.n, 3)\nNet(WANTED)",
        ["Net(WANTED)"],
    ),
    "a command line": (
        'p.add_argument("--img-size", type=int, default=WANTED)\nnn.Conv2d(opt.img_size, 3)',
        [],
    ),
    "a dictionary": ('cfg = {"width": WANTED}\nnn.Conv2d(cfg["width"], 3)', []),
    "keyword settings": ("cfg = EasyDict(width=WANTED)\nnn.Conv2d(cfg.width, 3)", []),
    "a class of settings": (
        "class Config:\n    width: int = WANTED\nnn.Conv2d(Config.width, 3)",
        [],
    ),
    "a list that a loop runs over": ("for w in [8, WANTED]:\n    nn.Conv2d(w, 3)", []),
    "a list by index": ("widths = [8, WANTED]\nnn.Conv2d(widths[1], 3)", []),
    "a call": ("shape = (1, WANTED)\nnn.Linear(int(np.prod(shape)), 3)", []),
}


@pytest.mark.parametrize("style", TEXTS)
def test_the_number_is_found(style: str) -> None:
    """The site is the number 77, wherever it stands."""
    text, outer = TEXTS[style]
    text = text.replace("WANTED", "77")
    index = SourceIndex({"source.py": text})
    calls = {ast.unparse(node): node for node in index.nodes() if isinstance(node, ast.Call)}
    inner = next(
        call for name, call in calls.items() if name.startswith(("nn.Conv2d", "nn.Linear"))
    )
    chain = [inner, *(calls[name.replace("WANTED", "77")] for name in outer)]
    making = [
        MakingCall(
            "source.py",
            (call.lineno, call.end_lineno or 0, call.col_offset, call.end_col_offset or 0),
        )
        for call in chain
    ]
    values = [site.value for site in index.sites(inner.args[0], making)]
    assert 77 in values
    assert 3 not in values, "another argument"
