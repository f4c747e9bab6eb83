"""The probe's job: what it builds and measures, as JSON.

Predictions stay in this process, except for the layers' settings, from which the probe computes the
design by an independent reference implementation.
"""

from __future__ import annotations

from designer.networks import Gan, Network
from designer.networks.encoder_decoder import EncoderDecoder
from designer.networks.silent_parameters import starting_zeros
from designer.networks.unet_sizes import refused_sizes
from designer.validation.json_readers import JsonValue
from designer.verification.gradient_overlap import middle_region
from designer.verification.initialization_plan import (
    describe_tensors,
    icnr_copies,
    planned_tensors,
)
from designer.verification.layer_predictions import layers_with_sizes
from designer.verification.mirrored_pairs import mirrored_pairs
from designer.verification.passes import (
    convolves_in_blocks,
    has_further_measures,
    run_passes,
    thin_passes,
    uses_onednn,
)
from designer.verification.predictions import (
    GROUP_COUNT_CHANNELS,
    RECEIPT_SEED,
    Plan,
    has_group_count,
    other_widths,
)
from designer.verification.signal_plan import describe_gains
from designer.verification.signatures import constructor_arguments, predicted_signatures
from designer.verification.size_predictions import describe_sizes, networks_at_sizes


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
        "sizes": {
            role: describe_sizes(networks)
            for role, networks in networks_at_sizes(plan.thin).items()
        },
        "refused_sizes": [list(size) for size in refused_sizes(plan.thin)],
        "autoencoder": constructor_arguments(plan.thin, "encoder")
        if plan.thin.variational
        else None,
        "group_counts": list(GROUP_COUNT_CHANNELS) if has_group_count(plan.full) else [],
    }


def _describe_network(role: str, network: Network, widths: dict[str, Gan]) -> dict[str, JsonValue]:
    run, thin = widths["run"].networks[role], widths["thin"].networks[role]
    return {
        "class_name": network.class_name,
        "arguments": {name: constructor_arguments(gan, role) for name, gan in widths.items()},
        "input_shape": {
            name: list(gan.networks[role].input_map.shape) for name, gan in widths.items()
        },
        "parameters": run.parameters,
        "layers": {"run": layers_with_sizes(run), "thin": layers_with_sizes(thin)},
        "skips": describe_skips(network),
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
        "starting_zeros": starting_zeros(network),
        "output_shape": {
            name: list(forward_output_shape(gan.networks[role])) for name, gan in widths.items()
        },
        "classes": widths["full"].widths.classes if network.takes_labels else None,
        "labels": _label_conditioning(network),
        "by_network": widths["full"].draws_by_fan_in and not network.is_residual,
        "copies": icnr_copies(network),
        "initial": describe_tensors(planned_tensors(run)),
        "initial_thin": describe_tensors(planned_tensors(thin)),
        "middle": middle_region(network.input_map.size),
        "gains": describe_gains(thin),
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
    classes |= {"model.Block"} if network.is_residual else set()
    classes |= {"model.Up"} if describe_skips(network) else set()
    classes |= {"model.ConditionalSequential"} if network.is_conditional else set()
    return sorted(name.removeprefix("model.") for name in classes if name.startswith("model."))


def describe_skips(network: Network) -> dict[str, JsonValue] | None:
    """How an encoder–decoder joins its arms, and what its source calls as functions; None for others."""
    if not isinstance(network, EncoderDecoder):
        return None
    return {
        "join": str(network.skips),
        "resizes": any(stage.before for stage in network.up),
        "factors": network.first[0].settings["factors"] if network.first else None,
    }


def _label_conditioning(network: Network) -> str | None:
    if network.embedding is not None:
        return "joined"
    if network.is_conditional:
        return "conditional"
    if network.projection is None:
        return None
    return "projected" if network.projection.added else "matched"
