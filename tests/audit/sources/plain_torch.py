"""What torch alone says about the sources on standard input; nothing of this project is imported."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch


def shapes_in(value: Any) -> Any:  # noqa: ANN401
    """The shapes of the tensors in an output, nested as it is."""
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, dict):
        return {name: shapes_in(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [shapes_in(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: shapes_in(getattr(value, name)) for name in value.__dataclass_fields__}
    return None


def raised_in_text(error: BaseException) -> dict[str, Any]:
    """Type, message and innermost line of the text of an exception."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "source.py":
            line = step.tb_lineno
        step = step.tb_next
    return {"type": type(error).__name__, "message": str(error), "line": line}


def plain_truth(case: dict[str, Any]) -> dict[str, Any]:
    """The output shapes of a case's network, or what it raises."""
    for owner in (torch.nn.Module, torch.Tensor):
        owner.cuda = lambda self, *_args: self  # type: ignore[method-assign]
    scope: dict[str, Any] = {"__name__": "plain"}
    try:
        Path("source.py").write_text(case["plain"], encoding="utf-8")
        exec(compile(case["plain"], "source.py", "exec", dont_inherit=True), scope)
        network = eval(case["object"], scope)
        tensors = {
            each["name"]: torch.randint(0, each["high"], (2, *each["shape"]))
            if each["dtype"] == "int64"
            else torch.randn(2, *each["shape"])
            for each in case["inputs"]
        }
        output = network(**tensors) if case["by_name"] else network(*tensors.values())
    except (Exception, SystemExit) as error:
        return {"output": None, "error": raised_in_text(error)}
    return {"output": shapes_in(output), "error": None}


def main() -> None:
    """Print a list with one truth per case."""
    truths = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in json.load(sys.stdin):
            found = Path(folder, "truth.json")
            child = os.fork()
            if child == 0:
                sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
                found.write_text(json.dumps(plain_truth(case)))
                os._exit(0)
            os.waitpid(child, 0)
            truths.append(json.loads(found.read_text()))
    print(json.dumps(truths))


if __name__ == "__main__":
    main()
