"""Fits of a network to fixed tensors, by Adam with the whole set in each step.

Adam is that of Kingma & Ba, arXiv:1412.6980, with α, β₁, β₂ and ε as there; α falls along half a cosine.
It is written here since that of torch imports its compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

import torch
from torch import nn

BETAS = (0.5, 0.999)
EPSILON = 1e-8

Loss = Callable[[], torch.Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The number of steps, the first learning rate, and the steps before which the loss is noted."""

    steps: int
    learning_rate: float
    points: list[int]

    def rate(self, step: int) -> float:
        """The learning rate of a step: α·(1 + cos(π·step/steps))/2.

        >>> Schedule(steps=2, learning_rate=0.5, points=[0]).rate(0)
        0.5
        """
        return self.learning_rate * (1 + cos(pi * step / self.steps)) / 2


def fit_network(network: nn.Module, loss: Loss, schedule: Schedule) -> list[float]:
    """The losses before the steps of ``points`` and after the last step, while Adam reduces them."""
    network.train()
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    means = [torch.zeros_like(weight) for weight in weights]
    squares = [torch.zeros_like(weight) for weight in weights]
    found = []
    for step in range(schedule.steps):
        value = loss()
        if step in schedule.points:
            found.append(value.item())
        gradients = torch.autograd.grad(value, weights, allow_unused=True)
        moments = zip(weights, gradients, means, squares, strict=True)
        for weight, gradient, mean, square in moments:
            if gradient is not None:
                _update(weight, gradient, mean, square, step=step + 1, rate=schedule.rate(step))
    with torch.no_grad():
        return [*found, loss().item()]


@torch.no_grad()
def _update(
    weight: torch.Tensor,
    gradient: torch.Tensor,
    mean: torch.Tensor,
    square: torch.Tensor,
    *,
    step: int,
    rate: float,
) -> None:
    """One step of Adam for one tensor; steps count from 1."""
    beta_1, beta_2 = BETAS
    mean.lerp_(gradient, 1 - beta_1)
    square.mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
    deviation = (square / (1 - beta_2**step)).sqrt_().add_(EPSILON)
    weight.addcdiv_(mean, deviation, value=-rate / (1 - beta_1**step))


def _probability_loss(scores: torch.Tensor, signs: torch.Tensor) -> torch.Tensor:
    """As torch's binary cross entropy, which refuses what is not a number."""
    right = torch.where(signs > 0, scores, 1 - scores)
    return -right.log().clamp(min=-100).mean()


def _logit_loss(scores: torch.Tensor, signs: torch.Tensor) -> torch.Tensor:
    return nn.functional.softplus(-signs * scores).mean()


def _critic_loss(scores: torch.Tensor, signs: torch.Tensor) -> torch.Tensor:
    return nn.functional.relu(1 - signs * scores).mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLoss:
    """The loss of a discriminator that tells two sets apart, and the score between the sets."""

    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    threshold: float


SET_LOSSES = {
    "probability": SetLoss(loss=_probability_loss, threshold=0.5),
    "logit": SetLoss(loss=_logit_loss, threshold=0.0),
    "critic": SetLoss(loss=_critic_loss, threshold=0.0),
}
"""Cross entropy of a probability or of a logit, hinge loss of a critic, by the output's meaning."""


def set_signs(scores: torch.Tensor) -> torch.Tensor:
    """1 for every score of the first half of a batch, -1 for those of the second."""
    count = len(scores)
    signs = torch.ones(count, *[1] * (scores.dim() - 1))
    signs[count // 2 :] = -1
    return signs.expand_as(scores)


def share_on_right_side(scores: torch.Tensor, threshold: float) -> float:
    """The share of scores on the side of the threshold that belongs to their set."""
    return float(((scores - threshold) * set_signs(scores) > 0).float().mean())
