"""The probe: runs a text in torch and writes down what it measures. Nothing else imports torch.

One function, from a job that JSON can hold to measurements that JSON can hold, in any host process.
It judges nothing: predictions are compared with the measurements elsewhere, on the other side of the
process boundary, where a text cannot reach.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import nn

from designer.verification.probe.call_behaviour import conduct
from designer.verification.probe.equivalent_forms import measure_forms
from designer.verification.probe.full_level import import_exporters, measure_full
from designer.verification.probe.initialization import repeats
from designer.verification.probe.layer_laws import (
    adjoint_pairs,
    equivalences,
    overlaps,
    thin_network,
    unread_pixels,
)
from designer.verification.probe.layer_list import run_layer_list
from designer.verification.probe.loading import attempt, load_text, signature
from designer.verification.probe.reference import differences
from designer.verification.probe.running import (
    count_at_other_widths,
    describe_full_width,
    run_network,
)
from designer.verification.probe.tampering import changed_settings, changes, settings, snapshot

Json = Any
Law = Callable[[nn.Module, dict[str, Json]], Json]

for _late in ("torch._dynamo", "torch.fx.experimental.symbolic_shapes"):
    with suppress(ImportError):  # torch loads them at the first backward pass: do so once, now
        import_module(_late)

_UNTOUCHED = snapshot()


def preload(job: dict[str, Json]) -> bool:
    """Import what a job of this level needs beyond torch itself; whether anything was new."""
    before = len(sys.modules)
    if job.get("level") == "full":
        import_exporters()
    return len(sys.modules) > before


def run_job(job: dict[str, Json]) -> dict[str, Json]:
    """The measurements of one text, or of the forms of one layer.

    Where the text's code raises, its part of the answer is ``{"error": …}``. ``tainted`` says that
    the text changed torch or the probe: this process should not be used again.

    Raises:
        ProbeFailed: where memory ran out.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    before = settings()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(job["seed"])
            found = _measure(job)
        changed = [*changes(_UNTOUCHED), *changed_settings(before)]
    finally:
        torch.set_num_threads(threads)
    return {
        **found,
        "torch_version": torch.__version__,
        "changed": sorted({*found["changed"], *changed}),
        "tainted": changed != [],
    }


def _signature(module: ModuleType, name: str) -> Json:
    return signature(getattr(module, name))


def _measure(job: dict[str, Json]) -> dict[str, Json]:
    if "proof" in job:
        return {"errors": measure_forms(job["proof"]), "changed": changes(_UNTOUCHED)}
    if "layer_lists" in job:
        traces = [run_layer_list(network) for network in job["layer_lists"]]
        return {"traces": traces, "changed": changes(_UNTOUCHED)}
    random = torch.get_rng_state()
    module = attempt(lambda: load_text(job["text"]))
    drew = [] if torch.equal(torch.get_rng_state(), random) else ["torch.random"]
    if not isinstance(module, ModuleType):
        return {"load": module, "changed": [*changes(_UNTOUCHED), *drew]}
    found: dict[str, Json] = {
        "load": {"error": None},
        "definitions": {
            name: attempt(partial(_signature, module, name)) for name in job["definitions"]
        },
    }
    if job["group_counts"]:
        channels = job["group_counts"]
        found["group_counts"] = attempt(lambda: [module.group_count(n) for n in channels])
    for role, network in job["networks"].items():
        found[role] = attempt(partial(run_network, module, network))
        found[f"{role}_widths"] = attempt(partial(count_at_other_widths, module, network))
        if network["arguments"]["run"] != network["arguments"]["full"]:
            found[f"{role}_full"] = attempt(partial(describe_full_width, module, network))
    found |= _measure_laws(module, job)
    found["changed"] = [*changes(_UNTOUCHED), *drew]
    if job.get("level") == "full":
        for role, network in job["networks"].items():
            found[f"{role}_at_full_level"] = attempt(partial(measure_full, module, network))
    return found


def _measure_laws(module: ModuleType, job: dict[str, Json]) -> dict[str, Json]:
    networks, seed = job["networks"], job["seed"]

    def law(measure: Law, role: str) -> Json:
        network = networks[role]
        return attempt(lambda: measure(thin_network(module, network, seed), network))

    found: dict[str, Json] = {}
    if "generator" in networks:
        found["equivalence"] = law(equivalences, "generator")
        found["overlap"] = law(overlaps, "generator")
    for role, network in networks.items():
        found[f"{role}_reference"] = law(differences, role)
        found[f"{role}_conduct"] = attempt(partial(conduct, module, network, seed))
        found[f"{role}_repeats"] = attempt(partial(repeats, module, network, seed))
    if "discriminator" in networks:
        found["unread"] = law(unread_pixels, "discriminator")
        found["adjoint"] = attempt(
            lambda: adjoint_pairs(
                thin_network(module, networks["generator"], seed),
                thin_network(module, networks["discriminator"], seed),
                job["pairs"],
            )
        )
    return found
