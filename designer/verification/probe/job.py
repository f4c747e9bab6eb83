"""The job of the probe: runs a source in torch and returns measurements.

Job and measurements are JSON values, and any process can run it. Predictions are compared with the
measurements in another process, which the source cannot reach.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from operator import attrgetter
from types import ModuleType

import torch
from torch import nn

from designer.validation.json_readers import JsonValue
from designer.verification.probe.autoencoder import compare_autoencoder
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.construction import describe_construction
from designer.verification.probe.equivalent_forms import measure_forms
from designer.verification.probe.full_level import import_exporters, measure_full
from designer.verification.probe.initialization import is_repeatable
from designer.verification.probe.layer_laws import (
    count_unread_pixels,
    measure_adjoint_pairs,
    measure_gradient_overlap,
    measure_overlap,
    thin_network,
)
from designer.verification.probe.layer_list import run_layer_list
from designer.verification.probe.loading import describe_signature, load_text, run_or_error
from designer.verification.probe.other_sizes import refuse_sizes, run_at_sizes
from designer.verification.probe.released_memory import blocks_returned_at_once, release_memory
from designer.verification.probe.running import (
    count_at_other_widths,
    describe_full_width,
    run_network,
)
from designer.verification.probe.signal import measure_signal_law
from designer.verification.probe.tampering import (
    changed_names,
    changed_settings,
    take_snapshot,
    torch_settings,
)
from designer.verification.probe.thin_comparison import compare_thin
from designer.verification.probe.waking import measure_waking
from designer.verification.sandbox.layers import is_foreign

LayerMeasure = Callable[[nn.Module, dict[str, JsonValue]], JsonValue]

import_module("torch.fx.experimental.symbolic_shapes")  # torch would, at the first backward pass

_INITIAL_NAMES = take_snapshot()


def preload(job: dict[str, JsonValue]) -> bool:
    """Import the modules that a job needs besides torch; whether any was new.

    Torch imports its compiler for much that foreign texts do.
    """
    before = len(sys.modules)
    if is_foreign(job):
        import_module("torch._dynamo")
    if job.get("level") == "full":
        import_exporters()
    return len(sys.modules) > before


def run_job(job: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The measurements of one source, of the forms of one layer, or of layer lists.

    A measurement in which the source raises is ``{"error": …}``. ``tainted`` is true if the source
    changed torch or the probe: this process must not be reused.

    Raises:
        ProbeFailed: if memory runs out.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    before = torch_settings()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(job["seed"])
            with blocks_returned_at_once(large=job.get("large", False)):
                found = _measure(job)
        changed = [*changed_names(_INITIAL_NAMES), *changed_settings(before)]
    finally:
        torch.set_num_threads(threads)
    return {
        **found,
        "torch_version": torch.__version__,
        "changed": sorted({*found["changed"], *changed}),
        "tainted": changed != [],
    }


def _describe_definition(module: ModuleType, name: str) -> JsonValue:
    return describe_signature(attrgetter(name)(module))


def _measure(job: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if "proof" in job:
        return {"errors": measure_forms(job["proof"]), "changed": []}
    if "layer_lists" in job:
        traces = [run_layer_list(network) for network in job["layer_lists"]]
        return {"traces": traces, "changed": []}
    random = torch.get_rng_state()
    module = run_or_error(lambda: load_text(job["text"]))
    drew = [] if torch.equal(torch.get_rng_state(), random) else ["torch.random"]
    if not isinstance(module, ModuleType):
        return {"load": module, "changed": drew}
    found: dict[str, JsonValue] = {
        "load": {"error": None},
        "definitions": {
            name: run_or_error(partial(_describe_definition, module, name))
            for name in job["definitions"]
        },
    }
    if job["group_counts"]:
        channels = job["group_counts"]
        found["group_counts"] = run_or_error(lambda: [module.group_count(n) for n in channels])
    for role, network in job["networks"].items():
        found[role] = _run_stage(partial(run_network, module, network, job["seed"]))
        found[f"{role}_widths"] = run_or_error(partial(count_at_other_widths, module, network))
        if job["reduced"]:
            found[f"{role}_full"] = run_or_error(partial(describe_full_width, module, network))
    found |= _measure_laws(module, job)
    found["changed"] = drew
    if job.get("level") == "full":
        found["changed"] += changed_names(_INITIAL_NAMES)
        for role, network in job["networks"].items():
            found[f"{role}_at_full_level"] = run_or_error(partial(measure_full, module, network))
    return found


def _run_stage(work: Callable[[], JsonValue]) -> JsonValue:
    """As ``run_or_error``; what the stage has freed goes back to the system before the next one."""
    try:
        return run_or_error(work)
    finally:
        release_memory()


def _measure_pairs(module: ModuleType, job: dict[str, JsonValue]) -> JsonValue:
    roles = ("generator", "discriminator")
    generator, discriminator = (
        thin_network(module, job["networks"][role], job["seed"]) for role in roles
    )
    with blocked_convolutions(job["networks"]["generator"], "thin"):
        return measure_adjoint_pairs(generator, discriminator, job["pairs"])


def _measure_sizes(module: ModuleType, job: dict[str, JsonValue]) -> dict[str, JsonValue]:
    networks, found = job["networks"], dict[str, JsonValue]()
    for role, sizes in job["sizes"].items():
        run = partial(run_at_sizes, module, networks[role], sizes, job["seed"])
        found[f"{role}_sizes"] = _run_stage(run)
    if refused := job["refused_sizes"]:
        found["refused_sizes"] = _run_stage(
            partial(refuse_sizes, module, networks["generator"], refused)
        )
    return found


def _measure_laws(module: ModuleType, job: dict[str, JsonValue]) -> dict[str, JsonValue]:
    networks, seed = job["networks"], job["seed"]

    def measure_thin(measure: LayerMeasure, role: str) -> JsonValue:
        network = networks[role]

        def measure_law() -> JsonValue:
            with blocked_convolutions(network, "thin"):
                return measure(thin_network(module, network, seed), network)

        return _run_stage(measure_law)

    found: dict[str, JsonValue] = {}
    if "generator" in networks:
        found["overlap"] = measure_thin(measure_overlap, "generator")
    for role, network in networks.items():
        found[f"{role}_thin"] = _run_stage(partial(compare_thin, module, network, seed))
        found[f"{role}_construction"] = run_or_error(
            partial(describe_construction, module, network, seed)
        )
        found[f"{role}_signal"] = _run_stage(partial(measure_signal_law, module, network, seed))
        if network["starting_zeros"]:
            found[f"{role}_waking"] = _run_stage(partial(measure_waking, module, network, seed))
        found[f"{role}_repeats"] = _run_stage(partial(is_repeatable, module, network, seed))
    if job["autoencoder"] is not None:
        found["autoencoder"] = _run_stage(
            partial(compare_autoencoder, module, networks, job["autoencoder"], seed)
        )
    found |= _measure_sizes(module, job)
    if "discriminator" in networks:
        found["unread"] = measure_thin(count_unread_pixels, "discriminator")
        found["gradient_overlap"] = measure_thin(measure_gradient_overlap, "discriminator")
        found["adjoint"] = _run_stage(partial(_measure_pairs, module, job))
    return found
