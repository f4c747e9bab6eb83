"""Faults that no figure of a network shows: what it does besides answering."""

from __future__ import annotations

import pytest

from designer.brief.model import Level
from designer.source import render_source
from designer.verification import Pool, Verification, verify_text
from tests.verification.designs import doubling

pytestmark = pytest.mark.torch

GAN = doubling(2, base_channels=8)
GIVES = "image: torch.Tensor = self.main(latent)\n        return image"
JUDGES = "probability: torch.Tensor = self.main(image)\n        return probability.flatten()"
BEGINS = "        super().__init__()\n"
FIRST = "\n\nclass Generator"


def gives(code: str) -> tuple[str, str]:
    """Another body of the generator's ``forward``."""
    return GIVES, code.replace("; ", "\n        ")


def judges(code: str) -> tuple[str, str]:
    """Another body of the discriminator's ``forward``."""
    return JUDGES, code.replace("; ", "\n        ")


FAULTS: dict[str, tuple[str, tuple[str, str]]] = {
    "no batch of one": ("conduct", judges("return self.main(image).squeeze()")),
    "one sample darker": (
        "conduct",
        gives("x = self.main(latent); return x * 0.5 if len(x) == 1 else x"),
    ),
    "three samples darker": (
        "conduct",
        gives("x = self.main(latent); return x * 0.5 if len(x) > 2 else x"),
    ),
    "wide networks darker": (
        "conduct",
        gives("x = self.main(latent); return x * 0.5 if latent.shape[1] > 50 else x"),
    ),
    "colour pictures darker": (
        "conduct",
        judges("x = self.main(image).flatten(); return x * 0.5 if image.shape[1] > 1 else x"),
    ),
    "forgets its statistics": (
        "conduct",
        gives("x = self.main(latent); self.main[1].reset_running_stats(); return x"),
    ),
    "weights that decay": (
        "conduct",
        gives("x = self.main(latent); self.main[0].weight.data.mul_(0.9); return x"),
    ),
    "input overwritten": (
        "conduct",
        gives("x = self.main(latent); latent.data.mul_(0.5); return x"),
    ),
    "leaves evaluation": ("conduct", gives("x = self.main(latent); self.train(); return x")),
    "seeded by a call": ("conduct", gives("torch.manual_seed(1); return self.main(latent)")),
    "seeded when built": ("conduct", (BEGINS, f"{BEGINS}        torch.manual_seed(1)\n")),
    "seeded on import": ("leaves_torch_alone", (FIRST, f"\n\ntorch.manual_seed(1)\n{FIRST}")),
    "threads taken": ("leaves_torch_alone", (FIRST, f"\n\ntorch.set_num_threads(2)\n{FIRST}")),
    "small numbers lost": (
        "leaves_torch_alone",
        (FIRST, f"\n\ntorch.set_flush_denormal(True)\n{FIRST}"),
    ),
    "determinism demanded": (
        "leaves_torch_alone",
        (FIRST, f"\n\ntorch.use_deterministic_algorithms(True)\n{FIRST}"),
    ),
    "a buffer more": (
        "layers",
        (BEGINS, f'{BEGINS}        self.register_buffer("more", torch.zeros(3))\n'),
    ),
    "names demanded": ("definitions", ("(self, latent_dim", "(self, *, latent_dim")),
}


def receipt_of(change: tuple[str, str], pool: Pool) -> Verification:
    source = render_source(GAN)
    before, after = change
    assert before in source.text
    text = source.text.replace(before, after, 1)
    return verify_text(text, source.sha256, GAN, level=Level.STANDARD, runner=pool.run)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refuted_by_its_check(fault: str, pool: Pool) -> None:
    """By its own check, and but for the digest by no more than its consequences."""
    check, change = FAULTS[fault]
    failures = {failure.name.rpartition(".")[2] for failure in receipt_of(change, pool).failures}
    assert check in failures


def test_another_way_to_say_the_same_is_not_refuted(pool: Pool) -> None:
    """`view(-1)` flattens too: only the digest tells."""
    receipt = receipt_of(judges("return self.main(image).view(-1)"), pool)
    assert [failure.name for failure in receipt.failures] == ["text.sha256"]


def test_the_next_text_runs_under_torchs_own_settings(pool: Pool) -> None:
    """A process in which a setting was changed is not used again."""
    for fault in ("threads taken", "small numbers lost", "determinism demanded"):
        receipt_of(FAULTS[fault][1], pool)
        source = render_source(GAN)
        receipt = verify_text(
            source.text, source.sha256, GAN, level=Level.STANDARD, runner=pool.run
        )
        assert receipt.failures == ()
