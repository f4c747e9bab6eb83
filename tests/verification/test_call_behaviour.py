"""Faults in how a network behaves when called, which shapes and counts do not show."""

from __future__ import annotations

from typing import Any

import pytest

from designer.brief.options import Level
from designer.source import render_source
from designer.verification import Pool, Verification, verify_text
from tests.verification.designs import doubling_gan

pytestmark = pytest.mark.torch

GAN = doubling_gan(2, base_channels=8)
GENERATOR_BODY = "image: torch.Tensor = self.main(latent)\n        return image"
CALL = "return self.main(latent)"
DISCRIMINATOR_BODY = (
    "probability: torch.Tensor = self.main(image)\n        return probability.flatten()"
)
CONSTRUCTOR_START = "        super().__init__()\n"
BEFORE_GENERATOR = "\n\nclass Generator"


def generator_body(code: str) -> tuple[str, str]:
    """A replacement for the body of the generator's ``forward``."""
    return GENERATOR_BODY, code.replace("; ", "\n        ")


def discriminator_body(code: str) -> tuple[str, str]:
    """A replacement for the body of the discriminator's ``forward``."""
    return DISCRIMINATOR_BODY, code.replace("; ", "\n        ")


FAULTS: dict[str, tuple[str, tuple[str, str]]] = {
    "batch axis dropped for one sample": (
        "computes_the_design",
        discriminator_body("return self.main(image).squeeze()"),
    ),
    "one sample scaled": (
        "computes_the_design",
        generator_body("x = self.main(latent); return x * 0.5 if len(x) == 1 else x"),
    ),
    "three samples scaled": (
        "computes_the_design",
        generator_body("x = self.main(latent); return x * 0.5 if len(x) > 2 else x"),
    ),
    "wide networks scaled": (
        "computes_the_design_as_run",
        generator_body("x = self.main(latent); return x * 0.5 if latent.shape[1] > 50 else x"),
    ),
    "color images scaled": (
        "computes_the_design",
        discriminator_body(
            "x = self.main(image).flatten(); return x * 0.5 if image.shape[1] > 1 else x"
        ),
    ),
    "running statistics reset": (
        "computes_the_buffers",
        generator_body("x = self.main(latent); self.main[1].reset_running_stats(); return x"),
    ),
    "weights scaled by a call": (
        "conduct",
        generator_body("x = self.main(latent); self.main[0].weight.data.mul_(0.9); return x"),
    ),
    "gradients cleared by a call": (
        "conduct",
        generator_body("self.zero_grad(); return self.main(latent)"),
    ),
    "another output without hooks": (
        "computes_the_design",
        generator_body(
            "x = self.main(latent); seen = self.main[0]._forward_hooks or not x.requires_grad;"
            " return x if seen else x / 2"
        ),
    ),
    "no gradient where the input needs none": (
        "computes_the_gradients",
        generator_body(
            "x = self.main(latent); return x if latent.requires_grad else 2 * x - x.detach()"
        ),
    ),
    "two samples scaled": (
        "computes_the_design",
        generator_body("x = self.main(latent); return x * 0.5 if len(x) == 2 else x"),
    ),
    "four samples scaled": (
        "computes_the_design",
        generator_body("x = self.main(latent); return x * 0.5 if len(x) == 4 else x"),
    ),
    "a layer registered twice": (
        "structure",
        (
            "\n\n    def forward(self, latent",
            "\n        self.first = self.main[0]\n\n    def forward(self, latent",
        ),
    ),
    "precision of products set": (
        "leaves_torch_alone",
        (BEFORE_GENERATOR, f"\n\ntorch.set_float32_matmul_precision('medium')\n{BEFORE_GENERATOR}"),
    ),
    "input overwritten": (
        "conduct",
        generator_body("x = self.main(latent); latent.data.mul_(0.5); return x"),
    ),
    "switches to training": (
        "conduct",
        generator_body("x = self.main(latent); self.train(); return x"),
    ),
    "seeded by a call": (
        "conduct",
        generator_body("torch.manual_seed(1); return self.main(latent)"),
    ),
    "seeded when built": (
        "construction",
        (CONSTRUCTOR_START, f"{CONSTRUCTOR_START}        torch.manual_seed(1)\n"),
    ),
    "seeded on import": (
        "leaves_torch_alone",
        (BEFORE_GENERATOR, f"\n\ntorch.manual_seed(1)\n{BEFORE_GENERATOR}"),
    ),
    "number of threads set": (
        "leaves_torch_alone",
        (BEFORE_GENERATOR, f"\n\ntorch.set_num_threads(2)\n{BEFORE_GENERATOR}"),
    ),
    "denormals flushed": (
        "leaves_torch_alone",
        (BEFORE_GENERATOR, f"\n\ntorch.set_flush_denormal(True)\n{BEFORE_GENERATOR}"),
    ),
    "deterministic algorithms set": (
        "leaves_torch_alone",
        (BEFORE_GENERATOR, f"\n\ntorch.use_deterministic_algorithms(True)\n{BEFORE_GENERATOR}"),
    ),
    "an additional buffer": (
        "layers",
        (
            CONSTRUCTOR_START,
            f'{CONSTRUCTOR_START}        self.register_buffer("more", torch.zeros(3))\n',
        ),
    ),
    "keyword-only arguments": ("definitions", ("(self, latent_dim", "(self, *, latent_dim")),
}


def verify_changed(change: tuple[str, str], pool: Pool) -> Verification:
    source = render_source(GAN)
    before, after = change
    assert before in source.text
    text = source.text.replace(before, after, 1)
    return verify_text(text, source.sha256, GAN, level=Level.STANDARD, runner=pool.run)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refuted_by_its_check(fault: str, pool: Pool) -> None:
    """The receipt's failures include the check for this fault."""
    check, change = FAULTS[fault]
    failures = {
        failure.name.rpartition(".")[2] for failure in verify_changed(change, pool).failures
    }
    assert check in failures


def test_a_run_does_not_refute_equivalent_code(pool: Pool) -> None:
    """`view(-1)` also flattens: only the text differs."""
    receipt = verify_changed(discriminator_body("return self.main(image).view(-1)"), pool)
    assert [failure.name for failure in receipt.failures] == ["text.sha256", "text.syntax"]


def test_a_branch_that_no_run_takes_is_refuted_by_its_text(pool: Pool) -> None:
    """The source is run, and every other check passes."""
    receipt = verify_changed(generator_body("if len(latent) > 99: return latent; " + CALL), pool)
    assert [failure.name for failure in receipt.failures] == ["text.sha256", "text.syntax"]
    assert receipt.width is not None


def test_a_process_with_changed_settings_is_not_reused(pool: Pool) -> None:
    """After a source that changes torch's settings, the next one is verified."""
    for fault in ("number of threads set", "denormals flushed", "deterministic algorithms set"):
        verify_changed(FAULTS[fault][1], pool)
        source = render_source(GAN)
        receipt = verify_text(
            source.text, source.sha256, GAN, level=Level.STANDARD, runner=pool.run
        )
        assert receipt.failures == ()


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_a_single_wrong_label_is_found(role: str, pool: Pool) -> None:
    """Label 5 is in no pass; only the check of all labels sees that it is taken for 6."""
    gan = doubling_gan(2, base_channels=8, classes=10)
    source = render_source(gan)
    before, after = "self.embedding(labels)", "self.embedding(labels + (labels == 5))"
    parts = source.text.split(before)
    assert len(parts) == 3
    first, second = (after, before) if role == "generator" else (before, after)
    text = parts[0] + first + parts[1] + second + parts[2]
    receipt = verify_text(text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    assert {failure.name for failure in receipt.failures} == {
        "text.sha256",
        "text.syntax",
        f"{role}.labels",
    }


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("taken", ["labels % 10", "labels.clamp(max=9)", "labels.abs()"])
def test_a_label_outside_the_range_must_be_refused(role: str, taken: str, pool: Pool) -> None:
    """A lookup raises an error; a text that takes the label for another one does not."""
    gan = doubling_gan(2, base_channels=8, classes=10)
    source = render_source(gan)
    before, after = "self.embedding(labels)", f"self.embedding({taken})"
    text = (
        source.text.replace(before, after, 1)
        if role == "generator"
        else after.join(source.text.rsplit(before, 1))
    )
    receipt = verify_text(text, source.sha256, gan, level=Level.STANDARD, runner=pool.run)
    assert {failure.name for failure in receipt.failures} == {
        "text.sha256",
        "text.syntax",
        f"{role}.labels_outside_refused",
    }


@pytest.mark.parametrize(
    ("layer", "figures"),
    [
        ("main.2", {"positive": 4_000, "others": 3}),
        ("main.2", {"positive": 0, "others": 400}),
        ("main.2", {"positive": 0, "others": 0}),
        ("main.2", {"positive": None, "others": 400}),
        ("main.7", {"least": -9.0, "largest": 1.0}),
        ("main.7", {"least": -1.0, "largest": 9.0}),
        ("main.7", {"least": 1.0, "largest": 1.0}),
        ("main.7", {}),
    ],
)
def test_activations_outside_their_useful_range_are_refused(
    layer: str, figures: dict[str, float | None], pool: Pool
) -> None:
    """A check that could not tell a fault is a failed check."""

    def runner(job: dict[str, Any], *, discard: bool = False) -> dict[str, Any]:
        measured = pool.run(job, discard=discard)
        measured["generator_thin"]["activations"][layer] = figures
        return measured

    source = render_source(GAN)
    receipt = verify_text(source.text, source.sha256, GAN, level=Level.STANDARD, runner=runner)
    assert [failure.name for failure in receipt.failures] == ["generator.useful_range"]
