"""What is predicted of a Gan, and the job that tells the probe what to measure.

The job says what to build and what to write down. Predictions stay on this side, except for the
layers' settings, which the probe needs to set up the design a second time by another road.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Any

from designer.brief.model import Level
from designer.networks import (
    Convolve,
    Gan,
    GroupNorm,
    Network,
    PixelShuffle,
    Placed,
    assemble_gan,
)
from designer.verification.limits import WidthPolicy
from designer.verification.overlap_prediction import inner_region
from designer.verification.receipt import Width

Json = Any
SEED = 20_160_107
"""The seed of every receipt: the day of DCGAN's last revision (arXiv:1511.06434v2)."""

_THIN_MULTIPLY_ADDS = 20 * 10**6
_FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A Gan at the widths it is looked at: its own, the one it is run with, and the thinnest.

    ``run`` is None where even one channel is predicted to be too dear.
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
        arguments = {role: arguments_of(self.run, role) for role in networks_of(self.run)}
        return Width(
            full=self.run == self.full,
            generator=arguments["generator"],
            discriminator=arguments.get("discriminator"),
        )


def networks_of(gan: Gan) -> dict[str, Network]:
    """The networks of a Gan by role, generator first."""
    return gan.networks


def arguments_of(gan: Gan, role: str) -> dict[str, int]:
    """The constructor arguments that give a network of this Gan."""
    widths = gan.discriminator_widths if role == "discriminator" else gan.widths
    arguments = {"base_channels": widths.base_channels, "channels": widths.channels}
    name = start_argument(gan)
    return arguments if role == "discriminator" else {name: getattr(widths, name), **arguments}


def start_argument(gan: Gan) -> str:
    """The argument that says how many numbers, or channels, the generator starts from."""
    return "initial_channels" if gan.widths.latent_dim is None else "latent_dim"


def plan_verification(gan: Gan, *, level: Level, policy: WidthPolicy) -> Plan:
    """At which width a Gan is run: decided by its predicted cost alone, never by a clock."""
    return Plan(full=gan, run=_affordable(gan, level, policy), thin=_thin(gan), level=level)


def _affordable(gan: Gan, level: Level, policy: WidthPolicy) -> Gan | None:
    if level is Level.FULL:
        fits = _fits(gan, policy.full_level_multiply_adds, policy.full_level_bytes)
        return gan if fits else None
    if _fits(gan, policy.full_multiply_adds, policy.full_bytes):
        return gan
    narrow = gan
    while not _fits(narrow, policy.reduced_multiply_adds, policy.reduced_bytes):
        if narrow.widths.base_channels == 1:
            return None
        narrow = narrowed(narrow, base_channels=narrow.widths.base_channels // 2)
    return narrow


def _thin(gan: Gan) -> Gan:
    """The Gan a few channels wide, with one latent number and one channel of the picture."""
    narrow = {"base_channels": min(4, gan.widths.base_channels), "channels": 1}
    thin = narrowed(gan, alike=True, **narrow, **{start_argument(gan): 1})
    while predicted_multiply_adds(thin) > _THIN_MULTIPLY_ADDS and thin.widths.base_channels > 1:
        thin = narrowed(thin, alike=True, base_channels=thin.widths.base_channels // 2)
    return thin


def narrowed(gan: Gan, *, alike: bool = False, **changed: int) -> Gan:
    """The same Gan at other widths: every size stays.

    A width of the discriminator's own changes in proportion; ``alike``: it becomes the generator's.
    """
    widths = replace(gan.widths, **changed)  # type: ignore[arg-type]
    style = gan.style
    if style is not None and style.base_channels is not None:
        own = style.base_channels * widths.base_channels // gan.widths.base_channels
        style = replace(style, base_channels=None if alike else max(1, own))
    return assemble_gan(
        gan.chain, widths, style, encoder=gan.encoder is not None, ending=gan.ending
    )


def _fits(gan: Gan, multiply_adds: int, most_bytes: int) -> bool:
    return predicted_multiply_adds(gan) <= multiply_adds and predicted_bytes(gan) <= most_bytes


def predicted_multiply_adds(gan: Gan) -> int:
    """Multiply-adds of one sample through every network of the Gan."""
    return sum(network.multiply_adds for network in networks_of(gan).values())


def predicted_bytes(gan: Gan) -> int:
    """Bytes of all parameters and of what one sample keeps for the backward pass."""
    return sum(
        _FLOAT32_BYTES * network.parameters + network.activation_bytes
        for network in networks_of(gan).values()
    )


def predicted_layers(network: Network) -> list[list[Json]]:
    """The modules in order: name, class, and settings under torch's names."""
    return [[p.name, p.module.torch_class, p.module.settings] for p in network.placed]


def predicted_shapes(network: Network, batch: int) -> list[list[Json]]:
    """What each module puts out, in order: name and shape with the batch axis."""
    return [[placed.name, [batch, *placed.after.shape]] for placed in network.placed]


def other_widths(gan: Gan) -> dict[str, Gan]:
    """The Gan at widths below and above its own, by what was changed: the rule must hold there too."""
    widths = gan.widths
    changed = {
        "base_channels": (1, widths.base_channels + 1, widths.max_channels + 1),
        "channels": (widths.channels + 1,),
        start_argument(gan): (getattr(widths, start_argument(gan)) + 1,),
    }
    return {
        f"{name}={value}": narrowed(gan, alike=True, **{name: value})
        for name, values in changed.items()
        for value in values
    }


def make_job(plan: Plan, text: str) -> dict[str, Json]:
    """The job of the probe: the text, its networks at every width, and the mirrored pairs."""
    assert plan.run is not None, "a text that is not run needs no job"
    widths = {"full": plan.full, "run": plan.run, "thin": plan.thin}
    return {
        "text": text,
        "seed": SEED,
        "level": plan.level,
        "definitions": ["weights_init", *(n.class_name for n in networks_of(plan.full).values())],
        "networks": {
            role: _describe_network(role, network, widths)
            for role, network in networks_of(plan.full).items()
        },
        "pairs": mirrored_pairs(plan.thin),
        "group_counts": list(GROUPED) if counts_groups(plan.full) else [],
    }


GROUPED = range(1, 130)
"""Channels for which a text's own count of groups is held against ours."""


def counts_groups(gan: Gan) -> bool:
    """Whether the text brings a function that counts groups."""
    modules = (placed.module for network in networks_of(gan).values() for placed in network.placed)
    return any(isinstance(module, GroupNorm) and not module.whole for module in modules)


def _describe_network(role: str, network: Network, widths: dict[str, Gan]) -> dict[str, Json]:
    thin = networks_of(widths["thin"])[role]
    return {
        "class_name": network.class_name,
        "arguments": {name: arguments_of(gan, role) for name, gan in widths.items()},
        "input_shape": {
            name: list(networks_of(gan)[role].input_map.shape) for name, gan in widths.items()
        },
        "parameters": networks_of(widths["run"])[role].parameters,
        "layers": {"thin": _layers_with_sizes(thin)},
        "output_shape": list(answer_shape(thin)),
        "classes": widths["full"].widths.classes if network.takes_labels else None,
        "labels": _label_use(network),
        "copies": make_copies(network),
        "draws": draws_of(networks_of(widths["run"])[role]),
        "other_widths": {
            name: arguments_of(gan, role) for name, gan in other_widths(widths["full"]).items()
        },
    }


def answer_shape(network: Network) -> tuple[int, ...]:
    """What ``forward`` gives for one sample: the last map, or one number where it is flattened."""
    return () if network.flat else network.output_map.shape


_THIN_CHANNELS = 8
_DRAWS = 16


def draws_of(network: Network) -> int:
    """How many draws of weights and inputs may be needed until a gradient is not zero.

    One, but where the ReLUs of a map are so few that all of them may be silent.
    """
    inner = [block.convolution.layer.out_channels for block in network.blocks[:-1]]
    return _DRAWS if min(inner, default=_THIN_CHANNELS) < _THIN_CHANNELS else 1


def _label_use(network: Network) -> str | None:
    if network.embedding is not None:
        return "joined"
    return None if network.projection is None else "projected"


def make_copies(network: Network) -> dict[str, int]:
    """Layers before a shuffle, and how many of their kernels start alike, one behind the other."""
    row = network.placed
    return {
        placed.name: prod(after.module.factors)
        for placed, after in pairwise(row)
        if isinstance(after.module, PixelShuffle)
    }


def _layers_with_sizes(network: Network) -> list[list[Json]]:
    layers = predicted_layers(network)
    for row, placed in zip(layers, network.placed, strict=True):
        row[2] |= {"input_size": list(placed.before.size), "output_size": list(placed.after.size)}
        if isinstance(placed.module, Convolve) and placed.module.transposed:
            windows = placed.module.layer.windows
            row[2]["inner"] = inner_region(windows, placed.before.size)
    return layers


def convolutions(network: Network) -> list[tuple[Placed, Convolve]]:
    """The convolutions of a network in order, with their places."""
    return [(p, p.module) for p in network.placed if isinstance(p.module, Convolve)]


def mirrored_pairs(gan: Gan) -> list[list[Json]]:
    """Each transposed layer with the convolution that mirrors it, and the two sizes between.

    Only between layers of the same channels whose weights are their own: a spectral norm divides
    them, and a patch's chain is another.
    """
    if gan.discriminator is None or gan.style is None or gan.style.patch is not None:
        return []
    pairs = zip(convolutions(gan.generator), reversed(convolutions(gan.discriminator)), strict=True)
    return [
        [there.name, back.name, list(there.before.size), list(there.after.size)]
        for (there, one), (back, other) in pairs
        if one.transposed
        and not other.spectral
        and one.layer.in_channels == other.layer.out_channels
    ]
