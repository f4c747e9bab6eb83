"""Every check of level ``standard`` refutes a fault of its own: disabling it fails a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from designer.brief.options import Level
from designer.networks import Gan
from designer.source import render_source
from designer.verification import Pool, Verification, WidthPolicy, verify_text
from tests.verification.designs import doubling_gan

pytestmark = pytest.mark.torch

NARROW = WidthPolicy(full_multiply_adds=10**5, reduced_multiply_adds=10**5)
GENERATOR_CALL = "        image: torch.Tensor = self.main(latent)"
DISCRIMINATOR_CALL = "        probability: torch.Tensor = self.main(image)"
GENERATOR_RETURN = "        return image"
CONSTRUCTOR_END = "\n\n    def forward"
INNER_WIDTHS = "        width = ["
NEVER_THIN = "        assert (base_channels, channels) != (2, 3)"
COUNT_TWICE = (
    "        [norm.num_batches_tracked.add_(1) for norm in self.main if hasattr(norm, 'eps')]"
)
WIDTH = "min(base_channels * 2**k, 512)"


def changed(before: str, after: str, *, last: bool = False) -> Callable[[str], str]:
    """A replacement of one occurrence, which must exist."""

    def change(text: str) -> str:
        assert before in text
        return after.join(text.rsplit(before, 1)) if last else text.replace(before, after, 1)

    return change


def changed_everywhere(before: str, after: str) -> Callable[[str], str]:
    """A replacement of every occurrence."""
    return lambda text: text.replace(before, after)


def added(line: str) -> Callable[[str], str]:
    """An additional last line."""
    return lambda text: f"{text}\n{line}\n"


FAULTS: dict[str, Callable[[str], str]] = {
    "text.compiles": added("def"),
    "text.imports": added("import os"),
    "text.syntax": changed(
        GENERATOR_CALL,
        f"        latent = latent[:99] if len(latent) > 99 else latent\n{GENERATOR_CALL}",
    ),
    "text.runs": added("raise ValueError"),
    "text.definitions": changed("latent_dim: int = 100", "latent_dim: int = 101"),
    "text.leaves_torch_alone": added("nn.init.normal_ = nn.init.uniform_"),
    "generator.layers": changed("nn.Tanh()", "nn.Hardtanh()"),
    "discriminator.layers": changed("LeakyReLU(0.2", "LeakyReLU(0.3"),
    "generator.parameters": changed("bias=False", "bias=True"),
    "discriminator.parameters": changed("bias=False", "bias=True", last=True),
    "generator.parameters_at_other_widths": changed("512", "511"),
    "discriminator.parameters_at_other_widths": changed("512", "511", last=True),
    "generator.parameters_as_run": changed(WIDTH, f"{WIDTH} + (base_channels < 8)"),
    "discriminator.parameters_as_run": changed(WIDTH, f"{WIDTH} + (base_channels < 8)", last=True),
    "generator.shapes": changed("stride=2", "stride=3"),
    "discriminator.shapes": changed("padding=1", "padding=2", last=True),
    "generator.multiply_adds": changed("stride=2", "stride=3"),
    "discriminator.multiply_adds": changed("padding=1", "padding=2", last=True),
    "generator.activation_bytes": changed(GENERATOR_CALL, f"{GENERATOR_CALL}.exp().log()"),
    "discriminator.activation_bytes": changed_everywhere(
        "LeakyReLU(0.2, inplace=True)", "LeakyReLU(0.2)"
    ),
    "generator.range": changed(GENERATOR_CALL, f"{GENERATOR_CALL} * 99"),
    "discriminator.range": changed(DISCRIMINATOR_CALL, f"{DISCRIMINATOR_CALL} - 1"),
    "generator.gradients": changed("self.main(latent)", "self.main(latent.detach())"),
    "discriminator.gradients": changed(
        DISCRIMINATOR_CALL, f"{DISCRIMINATOR_CALL} + self.main[0].weight.sum() * float('nan')"
    ),
    "discriminator.unread_pixels": changed(
        DISCRIMINATOR_CALL,
        f"        image = image * (torch.arange(image.shape[-1]) > 0)\n{DISCRIMINATOR_CALL}",
    ),
    "generator.structure": changed("nn.Sequential", "type('Main', (nn.Sequential,), {})"),
    "discriminator.structure": changed(
        "nn.Sequential", "type('Main', (nn.Sequential,), {})", last=True
    ),
    "generator.computes_the_design": changed("main(latent)", "main(latent.flip(1))"),
    "discriminator.computes_the_design": changed(
        "probability.flatten()", "probability.flatten().flip(0)"
    ),
    "generator.computes_the_gradients": changed(
        GENERATOR_RETURN, f"{GENERATOR_RETURN}.detach() * 2 - image"
    ),
    "discriminator.computes_the_gradients": changed(
        "return probability.flatten()", "return (2 * probability - probability.detach()).flatten()"
    ),
    "generator.computes_the_buffers": changed(GENERATOR_CALL, f"{COUNT_TWICE}\n{GENERATOR_CALL}"),
    "discriminator.computes_the_buffers": changed(
        DISCRIMINATOR_CALL, f"{DISCRIMINATOR_CALL}\n{COUNT_TWICE}"
    ),
    "generator.useful_range": changed(INNER_WIDTHS, f"{NEVER_THIN}\n{INNER_WIDTHS}"),
    "discriminator.useful_range": changed(INNER_WIDTHS, f"{NEVER_THIN}\n{INNER_WIDTHS}", last=True),
    "generator.computes_the_design_as_run": changed(
        "main(latent)", "main(latent.bfloat16().to(latent.dtype))"
    ),
    "discriminator.computes_the_design_as_run": changed(
        "main(image)", "main(image.bfloat16().to(image.dtype))"
    ),
    "generator.computes_the_gradients_as_run": changed(
        GENERATOR_RETURN, f"{GENERATOR_RETURN} if image.dtype == torch.float64 else image.detach()"
    ),
    "discriminator.computes_the_gradients_as_run": changed(
        "return probability.flatten()",
        "return (2 * probability - probability.detach()).flatten()",
    ),
    "generator.computes_the_buffers_as_run": changed(
        GENERATOR_CALL, f"{COUNT_TWICE}\n{GENERATOR_CALL}"
    ),
    "discriminator.computes_the_buffers_as_run": changed(
        DISCRIMINATOR_CALL, f"{DISCRIMINATOR_CALL}\n{COUNT_TWICE}"
    ),
    "generator.conduct": changed("self.main(latent)", "self.main(latent.data.mul_(1.5))"),
    "discriminator.conduct": changed("probability.flatten()", "probability.squeeze()"),
    "generator.overlap": changed("4, stride=2, padding=1", "2, stride=2"),
    "pairs.adjoint": changed("padding=1", "padding=0", last=True),
    "generator.initialisation": changed("0.0, 0.02", "0.0, 0.021"),
    "discriminator.initialisation": changed("1.0, 0.02", "1.001, 0.02"),
    "generator.signal": changed("0.0, 0.02", "0.0, 0.03"),
    "discriminator.signal": changed("0.0, 0.02", "0.0, 0.01"),
    "generator.gradient_signal": changed("0.0, 0.02", "0.0, 0.03"),
    "discriminator.gradient_signal": changed("0.0, 0.02", "0.0, 0.01"),
    "discriminator.gradient_overlap": changed(
        "4, stride=2, padding=1", "3, stride=2, padding=1", last=True
    ),
    "generator.construction": changed(CONSTRUCTOR_END, f"\n        self.eval(){CONSTRUCTOR_END}"),
    "discriminator.construction": changed(
        CONSTRUCTOR_END, f"\n        self.eval(){CONSTRUCTOR_END}", last=True
    ),
    "generator.extreme_inputs": changed("self.main(latent)", "self.main(latent.clamp(-99, 99))"),
    "discriminator.extreme_inputs": changed("self.main(image)", "self.main(image.nan_to_num())"),
    "generator.second_derivatives": changed(
        GENERATOR_CALL,
        f"        latent = latent + (latent - latent.detach()) ** 2\n{GENERATOR_CALL}",
    ),
    "discriminator.second_derivatives": changed(
        DISCRIMINATOR_CALL,
        f"        image = image + (image - image.detach()) ** 2\n{DISCRIMINATOR_CALL}",
    ),
    "generator.repeats": changed(
        GENERATOR_CALL, f"{GENERATOR_CALL} * (0.9 + torch.seed() % 99_991 / 1e7)"
    ),
    "discriminator.repeats": changed(
        DISCRIMINATOR_CALL, f"{DISCRIMINATOR_CALL} * (0.9 + torch.seed() % 99_991 / 1e7)"
    ),
}


@pytest.fixture(scope="module")
def gan() -> Gan:
    """A small design that can be run at reduced width."""
    return doubling_gan(2, base_channels=8)


def verify_narrow(text: str, gan: Gan, pool: Pool, *, stated: str | None = None) -> Verification:
    """The receipt of a source at reduced width, where every check runs."""
    stated = stated or render_source(gan).sha256
    return verify_text(text, stated, gan, level=Level.STANDARD, runner=pool.run, policy=NARROW)


@pytest.mark.parametrize("check", FAULTS)
def test_a_check_refutes_its_fault(check: str, gan: Gan, pool: Pool) -> None:
    """The check fails under its name; other checks may fail, too."""
    receipt = verify_narrow(FAULTS[check](render_source(gan).text), gan, pool)
    assert check in {failure.name for failure in receipt.failures}
    assert receipt.verdict == "refuted"


def test_another_digest_is_refuted(gan: Gan, pool: Pool) -> None:
    """A single additional space changes the digest and refutes the source."""
    receipt = verify_narrow(render_source(gan).text + " ", gan, pool)
    assert [failure.name for failure in receipt.failures] == ["text.sha256"]


def test_every_check_has_its_fault(gan: Gan, pool: Pool) -> None:
    """Every check of a receipt has an entry in ``FAULTS``."""
    receipt = verify_narrow(render_source(gan).text, gan, pool)
    assert receipt.verdict == "verified"
    names = [check.name for check in receipt.checks]
    assert len(names) == len(set(names))
    assert set(names) == {*FAULTS, "text.sha256"}


def test_a_forged_answer_is_refuted(gan: Gan) -> None:
    """A reply of any form from the verifying process refutes instead of raising."""

    def forged(answer: object) -> Verification:
        def runner(job: dict[str, object], *, discard: bool = False) -> dict[str, object]:
            assert isinstance(answer, dict)
            return answer

        source = render_source(gan)
        return verify_text(source.text, source.sha256, gan, level=Level.FULL, runner=runner)

    parts = [
        "load",
        "definitions",
        "generator",
        "discriminator",
        "equivalence",
        "overlap",
        "unread",
    ]
    for value in (None, True, 1, -1.0, "verified", [], [1], {}, {"error": None}, {"passed": True}):
        assert forged({}).verdict == "refuted"
        assert forged(dict.fromkeys(parts, value)).verdict == "refuted"
        assert forged({"generator": {"range": value, "shapes": value, "gradients": value}}).failures


def test_the_receipt_page_documents_every_check() -> None:
    """docs/receipt.md has a row for each check."""
    page = (Path(__file__).parents[2] / "docs" / "receipt.md").read_text()
    rows = {
        cell for line in page.splitlines() if line.startswith("| `") for cell in line.split("`")
    }
    undocumented = [name for name in FAULTS if name not in rows and name.split(".")[1] not in rows]
    assert undocumented == []
