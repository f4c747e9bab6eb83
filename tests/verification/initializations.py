"""Helpers for the tests of ``weights_init``: faulty sources, and their checks in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from designer.brief.options import DiscriminatorStyle, Level, Normalization, Output
from designer.geometry.layers import Window
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.source import render_source
from designer.validation.json_readers import JsonValue
from designer.verification import Check, WidthPolicy
from designer.verification.checks.initialization import compare_initialisation
from designer.verification.initialization_plan import InitialTensor, planned_tensors
from designer.verification.predictions import RECEIPT_SEED, Plan, plan_verification
from designer.verification.probe.initialization import (
    describe_initialisation,
    initialise,
    measure_icnr_copies,
)
from designer.verification.probe.loading import build_network, load_text, own_weights
from designer.verification.probe_job import make_job
from tests.networks.network_factory import BY_FAN_IN, PLAIN, make_gan
from tests.verification.designs import doubling_gan, gan_from_windows

_SPECTRAL = DiscriminatorStyle(normalization=Normalization.SPECTRAL)

DESIGNS: dict[str, Gan] = {
    "batch norm": doubling_gan(2, base_channels=8),
    "group and spectral norm": make_gan(
        (16, 16), PLAIN, PLAIN, PLAIN, normalization=Normalization.GROUP, style=_SPECTRAL
    ),
    "one axis, instance norm": make_gan(
        (64,), PLAIN, PLAIN, PLAIN, normalization=Normalization.INSTANCE
    ),
    "three axes": doubling_gan(2, (2, 2, 2), base_channels=4),
    "sub-pixel": make_gan((16, 16), PLAIN, PLAIN, upsampling=Upsampling.SUBPIXEL),
    "labels": make_gan((16, 16), PLAIN, PLAIN, classes=10),
    "projected labels": make_gan(
        (16, 16),
        PLAIN,
        PLAIN,
        classes=10,
        style=DiscriminatorStyle(normalization=Normalization.SPECTRAL, output=Output.CRITIC),
    ),
    "encoder": make_gan((16, 16), PLAIN, PLAIN, style=None, encoder=True),
    "without norms, with biases": make_gan(
        (16, 16), PLAIN, PLAIN, normalization=Normalization.NONE, style=_SPECTRAL
    ),
    "by fan-in, with labels": make_gan(
        (16, 16),
        PLAIN,
        PLAIN,
        normalization=Normalization.NONE,
        style=DiscriminatorStyle(normalization=Normalization.NONE),
        classes=10,
        initializations=BY_FAN_IN,
    ),
    "by fan-in, sub-pixel": make_gan(
        (16, 16),
        PLAIN,
        PLAIN,
        upsampling=Upsampling.SUBPIXEL,
        encoder=True,
        style=_SPECTRAL,
        initializations=BY_FAN_IN,
    ),
    "dilated": gan_from_windows(
        (3, 2), ((Window(kernel_size=6, stride=3, padding=1, dilation=2),) * 2,), base_channels=16
    ),
}

_FAULTY = """

_as_designed, _calls, _kept = weights_init, [0], {{}}


def weights_init(module):
    _as_designed(module)
    if isinstance(module, nn.Embedding):
        return  # drawn by the branch of the network
    if {by_network} and not hasattr(module, "main"):
        return
    owners = [each for each in module.modules() if "kernel_size" in vars(each)] if {by_network} else []
    for owner in [getattr(module, "embedding", module), *owners]:
        _plant_fault(owner)


def _plant_fault(owner):
    tensor = owner._parameters.get("original", owner._parameters.get("weight"))
    if tensor is not None and tuple(tensor.shape) == {shape}:
        mean, deviation, half = {mean}, {deviation}, max(1, len(tensor) // 2)
        bias, z = owner._parameters.get("bias"), (tensor.detach() - {mean}) / {deviation}
        with torch.no_grad():
            {fault}
    elif tensor is not None:
        _kept.setdefault("other", tensor.detach().flatten())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A tensor of a network of a design, in which a source has a fault."""

    gan: Gan
    role: str
    tensor: InitialTensor

    def faulty_text(self, fault: str) -> str:
        """The source of the design, whose ``weights_init`` then runs ``fault`` on the tensor."""
        text = render_source(self.gan).text
        module = load_text(text)
        described = make_job(plan_of(self.gan), text)["networks"][self.role]
        network = build_network(module, described, "run")
        weights = own_weights(network.get_submodule(self.tensor.layer))
        return text + _FAULTY.format(
            by_network=self.gan.draws_by_fan_in,
            shape=tuple(weights[self.tensor.tensor].shape),
            mean=self.tensor.mean,
            deviation=self.tensor.deviation,
            fault=fault,
        )


def plan_of(gan: Gan) -> Plan:
    """The plan of a verification of level ``standard``."""
    return plan_verification(gan, level=Level.STANDARD, policy=WidthPolicy())


def measure_initialisation(
    gan: Gan, text: str, *, seed: int, roles: tuple[str, ...]
) -> dict[str, JsonValue]:
    """What the probe measures of ``weights_init``, for these networks, as JSON."""
    job, module = make_job(plan_of(gan), text), load_text(text)
    found: dict[str, JsonValue] = {}
    with _one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for role in roles:
            described = job["networks"][role]
            network = build_network(module, described, "run")
            initialise(module, network)
            found[role] = {
                "apart": measure_icnr_copies(described, network),
                "initialisation": describe_initialisation(module, described, network),
            }
    measured: dict[str, JsonValue] = json.loads(json.dumps(found, allow_nan=False))
    return measured


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch with one thread, as in the probe."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def check_initialisation(
    gan: Gan, text: str, *, seed: int = RECEIPT_SEED, roles: tuple[str, ...] = ()
) -> dict[str, Check]:
    """The checks of ``weights_init`` by name, after a seed, for these networks or for all."""
    measured = measure_initialisation(gan, text, seed=seed, roles=roles or tuple(gan.networks))
    return {check.name: check for check in compare_initialisation(plan_of(gan), measured)}


def target_at(design: str, role: str, name: str) -> Target:
    """A tensor by the name of its design, its network, and its layer and own name."""
    gan = DESIGNS[design]
    tensors = {tensor.name: tensor for tensor in planned_tensors(gan.networks[role])}
    return Target(gan=gan, role=role, tensor=tensors[name])
