"""Predictions for a Gan, and the widths at which it is run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from designer.brief.options import Level
from designer.networks import Gan, assemble_gan
from designer.verification.limits import WidthPolicy
from designer.verification.pass_memory import predicted_pass_bytes
from designer.verification.receipt import Width
from designer.verification.signatures import (
    constructor_arguments,
    generator_input_arguments,
)

RECEIPT_SEED = 20_160_107
"""The seed of every receipt: the day of DCGAN's last revision (arXiv:1511.06434v2)."""

_THIN_MULTIPLY_ADDS = 20 * 10**6
_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A Gan at three widths: its own, the one it is run with, and the thinnest.

    ``run`` is None if the predicted cost is above the limits at every allowed width.
    """

    full: Gan
    run: Gan | None
    thin: Gan
    level: Level

    @property
    def width(self) -> Width | None:
        """The constructor arguments that the networks are run with."""
        if self.run is None:
            return None
        arguments = {role: constructor_arguments(self.run, role) for role in self.run.networks}
        return Width(
            full=self.run == self.full,
            generator=arguments["generator"],
            discriminator=arguments.get("discriminator"),
        )


def plan_verification(gan: Gan, *, level: Level, policy: WidthPolicy) -> Plan:
    """The widths at which a Gan is verified, decided by predicted cost alone and never by time."""
    thin = _thin_gan(gan, policy)
    if level is Level.FULL:
        fits = _fits(gan, policy.full_level_multiply_adds, policy.full_level_bytes)
        return Plan(full=gan, run=gan if fits else None, thin=thin, level=level)
    run = _gan_within_policy(gan, thin, policy)
    return Plan(full=gan, run=run, thin=thin, level=level)


def _gan_within_policy(gan: Gan, thin: Gan, policy: WidthPolicy) -> Gan | None:
    """The Gan as it is run: at full width, or at the widest reduced one that fits; None if none does."""
    full = _fits(gan, policy.full_multiply_adds, policy.full_bytes)
    if full and predicted_pass_bytes(gan, thin) <= policy.pass_bytes:
        return gan
    narrow: Gan | None = gan
    while narrow is not None and not (
        _fits(narrow, policy.reduced_multiply_adds, policy.reduced_bytes)
        and predicted_pass_bytes(narrow, thin) <= policy.pass_bytes
    ):
        narrow = _narrower(narrow)
    return narrow


def _narrower(gan: Gan) -> Gan | None:
    """The Gan with half the base channels, then of the picture, then of the input; None at the least."""
    widths = gan.widths
    for each in ("base_channels", "channels", *generator_input_arguments(gan)):
        if (width := getattr(widths, each)) > 1:
            return with_widths(gan, **{each: width // 2})
    return None


def _thin_gan(gan: Gan, policy: WidthPolicy) -> Gan:
    """The Gan a few channels wide, with four numbers in and three channels out.

    So neither a permutation of channels nor one of latent numbers goes unnoticed. Of a picture that
    takes too much memory, there is one channel.
    """
    narrow = {"base_channels": min(2, gan.widths.base_channels), "channels": 3}
    given = zip(generator_input_arguments(gan), (4, 2), strict=False)
    thin = with_widths(gan, share_base_channels=True, **narrow, **dict(given))
    while not _is_thin(thin, policy) and thin.widths.base_channels > 1:
        thin = with_widths(
            thin, share_base_channels=True, base_channels=thin.widths.base_channels // 2
        )
    return thin if _is_thin(thin, policy) else with_widths(thin, channels=1)


def _is_thin(gan: Gan, policy: WidthPolicy) -> bool:
    fits = predicted_pass_bytes(gan, gan) <= policy.pass_bytes
    return fits and predicted_multiply_adds(gan) <= _THIN_MULTIPLY_ADDS


def with_widths(gan: Gan, *, share_base_channels: bool = False, **changed: int) -> Gan:
    """The same Gan at other widths, with the same sizes.

    A discriminator's own width scales in proportion; with ``share_base_channels`` it becomes the
    generator's.
    """
    widths = replace(gan.widths, **changed)  # type: ignore[arg-type]
    style = gan.discriminator_style
    if style is not None and style.base_channels is not None:
        own = style.base_channels * widths.base_channels // gan.widths.base_channels
        style = replace(style, base_channels=None if share_base_channels else max(1, own))
    return assemble_gan(
        gan.chain,
        widths,
        style,
        encoder=gan.encoder is not None,
        variational=gan.variational,
        output_activation=gan.output_activation,
        initializations=gan.initializations,
        input_size=gan.input_size,
    )


def _fits(gan: Gan, multiply_adds: int, max_bytes: int) -> bool:
    return predicted_multiply_adds(gan) <= multiply_adds and predicted_bytes(gan) <= max_bytes


def predicted_multiply_adds(gan: Gan) -> int:
    """Multiply-adds of one sample through every network of the Gan."""
    return sum(network.multiply_adds for network in gan.networks.values())


def predicted_bytes(gan: Gan) -> int:
    """Bytes of all parameters, of the largest gradient, and of what a sample saves for it."""
    networks = gan.networks.values()
    largest = max(
        placed.module.parameters for network in networks for placed in network.placed_modules
    )
    return _FLOAT32_BYTES * largest + sum(
        _FLOAT32_BYTES * network.parameters + network.activation_bytes for network in networks
    )


def other_widths(gan: Gan) -> dict[str, Gan]:
    """The Gan at widths below and above its own, by the changed argument and its value."""
    widths = gan.widths
    uncapped = max(1, widths.max_channels // 2)
    changed = {
        "base_channels": (1, widths.base_channels + 1, uncapped, widths.max_channels + 1),
        "channels": (widths.channels + 1,),
        **{name: (getattr(widths, name) + 1,) for name in generator_input_arguments(gan)},
    }
    return {
        f"{name}={value}": with_widths(gan, share_base_channels=True, **{name: value})
        for name, values in changed.items()
        for value in values
    }


GROUP_COUNT_CHANNELS = range(1, 130)
"""Channel counts at which the source's ``group_count`` is compared with ours."""


def has_group_count(gan: Gan) -> bool:
    """Whether the source defines ``group_count``."""
    return any(module.helper == "group_count" for module in gan.modules)
