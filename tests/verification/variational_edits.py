"""Wrong modules of variational autoencoders."""

from __future__ import annotations

from dataclasses import replace

from tests.verification.network_edits import (
    Apply,
    Network,
    before_return,
    changes,
    receives,
    returns,
)


def in_loss(before: str, after: str) -> Apply:
    """Another text in the loss, which stands after the class."""

    def apply(found: Network) -> Network | None:
        start, end = (
            found.after.index("def variational_loss("),
            found.after.index("def weights_init("),
        )
        loss = found.after[start:end]
        assert before in loss
        loss = loss.replace(before, after, 1)
        return replace(found, after=found.after[:start] + loss + found.after[end:])

    return apply


def made(statement: str) -> Apply:
    """A statement after the networks are made."""
    return changes(r"(        self\.decoder = [^\n]*\n)", rf"\1        {statement}\n")


ALWAYS_NOISE = changes(r"        if not self\.training:\n            return mean\n", "")
SWAPPED = changes("mean, log_variance = self.encoder", "log_variance, mean = self.encoder")

VARIATIONAL_EDITS: dict[str, dict[str, dict[str, Apply]]] = {
    "variational": {
        "Autoencoder": {
            "mean and variance swapped": SWAPPED,
            "noise in evaluation": ALWAYS_NOISE,
            "noise in evaluation alone": changes("if not self", "if self"),
            "variance for deviation": changes(r"log_variance / 2", "log_variance"),
            "noise of twice the deviation": changes("torch.randn_like", "2 * torch.randn_like"),
            "uniform noise": changes("torch.randn_like", "torch.rand_like"),
            "one noise for all samples": changes(
                r"torch\.randn_like\(mean\)", "torch.randn_like(mean[:1])"
            ),
            "gradient not through the noise": changes(r"exp\(log_variance", "exp(log_variance.detach()"),
            "gradient not through the mean": changes("return mean \\+", "return mean.detach() +"),
            "encoder twice as wide": changes("base_channels, channels", "2 * base_channels, channels"),
            "code halved": changes(r"self\.decoder\(latent", "self.decoder(latent / 2"),
            "outputs in another order": returns("(lambda a, b, c: (a, c, b))(*(OUT))"),
            "variance of the sample": changes(", mean, log_variance$", ", mean, log_variance.exp()"),
            "divergence with another sign": in_loss("- 1 - log", "- 1 + log"),
            "divergence not halved": in_loss(".sum(1) / 2", ".sum(1)"),
            "mean over the code": in_loss(
                "log_variance).flatten(1).sum(1)", "log_variance).flatten(1).mean(1)"
            ),
            "mean over the picture": in_loss("square().flatten(1).sum(1)", "square().flatten(1).mean(1)"),
            "absolute error": in_loss("(reconstruction - image).square()", "(reconstruction - image).abs()"),
            "sum over the batch": in_loss(").mean()", ").sum()"),
            "weight ignored": in_loss("beta * divergence", "divergence"),
        },
    },
}  # fmt: skip
"""Edits by design, network and name."""

VARIATIONAL_MUTANTS: dict[str, tuple[str, list[Apply]]] = {
    "autoencoder.tensors": (
        "Autoencoder",
        [
            made("self.extra = nn.Parameter(torch.ones(1))"),
            made("self.decoder.main[0].bias = nn.Parameter(torch.ones(1))"),
            made("self.encoder.register_buffer('seen', torch.zeros(1))"),
        ],
    ),
    "autoencoder.computes_the_design": (
        "Autoencoder",
        [SWAPPED, changes("log_variance / 2", "log_variance"), receives("IN.flip(0)")],
    ),
    "autoencoder.computes_the_gradients": (
        "Autoencoder",
        [
            changes(r"exp\(log_variance", "exp(log_variance.detach()"),
            changes("return mean \\+", "return mean.detach() +"),
            returns("(lambda a, b, c: (a, b, c.detach()))(*(OUT))"),
        ],
    ),
    "autoencoder.noise_in_evaluation": (
        "Autoencoder",
        [
            ALWAYS_NOISE,
            before_return("torch.rand(1)"),
            changes("            return mean\n", "            return mean + 0 * torch.randn_like(mean)\n"),
        ],
    ),
    "autoencoder.loss": (
        "Autoencoder",
        [
            in_loss("- 1 - log", "- 1 + log"),
            in_loss("beta * divergence", "divergence"),
            in_loss("(reconstruction - image)", "(reconstruction.detach() - image)"),
        ],
    ),
}  # fmt: skip
"""Edits by check."""
