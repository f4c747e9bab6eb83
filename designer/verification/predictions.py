"""Predictions for a Gan, and the probe's job.

The job states what to build and measure. Predictions stay in this process, except for the layers'
settings, from which the probe computes the design by an independent reference implementation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from designer.brief.model import Level
from designer.networks import Gan, Network, assemble_gan
from designer.validation.json_readers import JsonValue
from designer.verification.initialization_plan import (
    describe_tensors,
    icnr_copies,
    planned_tensors,
)
from designer.verification.limits import WidthPolicy
from designer.verification.mirrored_pairs import mirrored_pairs
from designer.verification.overlap_prediction import inner_region
from designer.verification.pass_memory import predicted_pass_bytes
from designer.verification.passes import (
    convolves_in_blocks,
    has_further_measures,
    run_passes,
    thin_passes,
    uses_onednn,
)
from designer.verification.receipt import Width

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


def constructor_arguments(gan: Gan, role: str) -> dict[str, int]:
    """The constructor arguments of one network of this Gan."""
    widths = gan.discriminator_widths if role == "discriminator" else gan.widths
    arguments = {"base_channels": widths.base_channels, "channels": widths.channels}
    name = generator_input_argument(gan)
    return arguments if role == "discriminator" else {name: getattr(widths, name), **arguments}


def generator_input_argument(gan: Gan) -> str:
    """Name of the argument that sets the size of the generator's input."""
    return "initial_channels" if gan.widths.latent_dim is None else "latent_dim"


def predicted_signatures(gan: Gan) -> dict[str, list[list[JsonValue]]]:
    """Parameters of each callable of the source in order, with the ``repr`` of their defaults."""
    found: dict[str, list[list[JsonValue]]] = {"weights_init": [["module", None]]}
    start = "latent" if generator_input_argument(gan) == "latent_dim" else "features"
    for role, network in gan.networks.items():
        given = [start if role == "generator" else "image", *["labels"] * network.takes_labels]
        arguments = constructor_arguments(gan, role)
        found[network.class_name] = [[name, repr(value)] for name, value in arguments.items()]
        found[f"{network.class_name}.forward"] = [[name, None] for name in ("self", *given)]
    return found


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
    widths, name = gan.widths, generator_input_argument(gan)
    for each in ("base_channels", "channels", name):
        if (width := getattr(widths, each)) > 1:
            return with_widths(gan, **{each: width // 2})
    return None


def _thin_gan(gan: Gan, policy: WidthPolicy) -> Gan:
    """The Gan a few channels wide, with four numbers in and three channels out.

    So neither a permutation of channels nor one of latent numbers goes unnoticed. Of a picture that
    takes too much memory, there is one channel.
    """
    narrow = {"base_channels": min(2, gan.widths.base_channels), "channels": 3}
    thin = with_widths(
        gan, share_base_channels=True, **narrow, **{generator_input_argument(gan): 4}
    )
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
        output_activation=gan.output_activation,
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


def predicted_layers(network: Network) -> list[list[JsonValue]]:
    """The modules in order: name, class, and settings under torch's names."""
    return [[p.name, p.module.torch_class, p.module.settings] for p in network.placed_modules]


def predicted_shapes(network: Network, batch: int) -> list[list[JsonValue]]:
    """The output of each module in order: name, and shape with the batch axis."""
    return [[placed.name, [batch, *placed.after.shape]] for placed in network.placed_modules]


def other_widths(gan: Gan) -> dict[str, Gan]:
    """The Gan at widths below and above its own, by the changed argument and its value."""
    widths = gan.widths
    uncapped = max(1, widths.max_channels // 2)
    changed = {
        "base_channels": (1, widths.base_channels + 1, uncapped, widths.max_channels + 1),
        "channels": (widths.channels + 1,),
        generator_input_argument(gan): (getattr(widths, generator_input_argument(gan)) + 1,),
    }
    return {
        f"{name}={value}": with_widths(gan, share_base_channels=True, **{name: value})
        for name, values in changed.items()
        for value in values
    }


def make_job(plan: Plan, text: str) -> dict[str, JsonValue]:
    """The probe's job: the source, its networks at every width, and the mirrored pairs."""
    assert plan.run is not None, "a source that is not run has no job"
    widths = {"full": plan.full, "run": plan.run, "thin": plan.thin}
    return {
        "text": text,
        "seed": RECEIPT_SEED,
        "level": plan.level,
        "reduced": plan.run != plan.full,
        "large": any(not has_further_measures(each) for each in plan.thin.networks.values()),
        "definitions": list(predicted_signatures(plan.full)),
        "networks": {
            role: _describe_network(role, network, widths)
            for role, network in plan.full.networks.items()
        },
        "pairs": mirrored_pairs(plan.thin),
        "group_counts": list(GROUP_COUNT_CHANNELS) if has_group_count(plan.full) else [],
    }


GROUP_COUNT_CHANNELS = range(1, 130)
"""Channel counts at which the source's ``group_count`` is compared with ours."""


def has_group_count(gan: Gan) -> bool:
    """Whether the source defines ``group_count``."""
    return any(module.helper == "group_count" for module in gan.modules)


def _describe_network(role: str, network: Network, widths: dict[str, Gan]) -> dict[str, JsonValue]:
    run, thin = widths["run"].networks[role], widths["thin"].networks[role]
    return {
        "class_name": network.class_name,
        "arguments": {name: constructor_arguments(gan, role) for name, gan in widths.items()},
        "input_shape": {
            name: list(gan.networks[role].input_map.shape) for name, gan in widths.items()
        },
        "parameters": run.parameters,
        "layers": {"run": _layers_with_sizes(run), "thin": _layers_with_sizes(thin)},
        "passes": {
            "run": [list(each) for each in run_passes(run)],
            "thin": [list(each) for each in thin_passes(thin)],
        },
        "further_measures": has_further_measures(thin),
        "onednn": uses_onednn(run),
        "blocked": {
            "run": convolves_in_blocks(run) and not uses_onednn(run),
            "thin": convolves_in_blocks(thin),
        },
        "helpers": helper_classes(network),
        "output_shape": {
            name: list(forward_output_shape(gan.networks[role])) for name, gan in widths.items()
        },
        "classes": widths["full"].widths.classes if network.takes_labels else None,
        "labels": _label_conditioning(network),
        "copies": icnr_copies(network),
        "initial": describe_tensors(planned_tensors(widths["run"].networks[role])),
        "other_widths": {
            name: constructor_arguments(gan, role)
            for name, gan in other_widths(widths["full"]).items()
        },
    }


def forward_output_shape(network: Network) -> tuple[int, ...]:
    """Output shape of ``forward`` for one sample: the last map, or () if it is flattened."""
    return () if network.flat else network.output_map.shape


def helper_classes(network: Network) -> list[str]:
    """The source's own classes of layers that the network has."""
    classes = {placed.module.torch_class for placed in network.placed_modules}
    return sorted(name.removeprefix("model.") for name in classes if name.startswith("model."))


def _label_conditioning(network: Network) -> str | None:
    if network.embedding is not None:
        return "joined"
    return None if network.projection is None else "projected"


def _layers_with_sizes(network: Network) -> list[list[JsonValue]]:
    layers = predicted_layers(network)
    windows = {p.name: c.windows for p, c in network.convolutions if c.transposed}
    for row, placed in zip(layers, network.placed_modules, strict=True):
        row[2] |= {"input_size": list(placed.before.size), "output_size": list(placed.after.size)}
        if placed.name in windows:
            row[2]["inner"] = inner_region(windows[placed.name], placed.before.size)
    return layers
