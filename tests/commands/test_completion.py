"""Completion of the shell: the scripts, and what they complete."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from designer.cli import main

COMMAND = Path(sys.executable).with_name("gan-designer")


def run(program: str | Path, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("shell", "registers"),
    [
        ("bash", "complete -o nosort -F _gan_designer_completion gan-designer\n"),
        ("zsh", "compdef _gan_designer_completion gan-designer\n"),
        ("fish", "complete --no-files --command gan-designer --arguments"),
    ],
)
def test_a_script_is_printed_for_each_shell(shell: str, registers: str) -> None:
    """The command and the module print the same."""
    variables = {"_GAN_DESIGNER_COMPLETE": f"{shell}_source"}
    script = run(COMMAND, **variables)
    assert registers in script
    assert script == run(sys.executable, "-m", "designer", **variables)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("gan-designer des", ["design"]),
        ("gan-designer layer conv", ["conv", "conv-transpose"]),
        ("gan-designer design --generator-init", ["--generator-initialization"]),
        ("gan-designer design --upsampling ", ["transposed", "resize", "subpixel"]),
        ("gan-designer design --upsampling s", ["subpixel"]),
        ("gan-designer design --initialization ", ["dcgan", "variance"]),
        ("gan-designer solve --exact r", ["require"]),
        ("gan-designer sweep --latent-d", ["--latent-dim"]),
    ],
)
def test_commands_options_and_choices_are_completed(typed: str, completed: list[str]) -> None:
    *words, start = typed.split(" ")[1:]
    found = BashComplete(main, {}, "gan-designer", "COMPLETE").get_completions(words, start)
    assert [each.value for each in found] == completed


def test_bash_completes_with_the_script() -> None:
    """As bash runs it when Tab is pressed."""
    program = r"""
    . <(_GAN_DESIGNER_COMPLETE=bash_source gan-designer)
    read -ra COMP_WORDS <<< "$TYPED"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _gan_designer_completion gan-designer
    printf '%s\n' "${COMPREPLY[@]}"
    """
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    typed = "gan-designer design --upsampling s"
    assert run("bash", "-c", program, TYPED=typed, PATH=path).split() == ["subpixel"]
