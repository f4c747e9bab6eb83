"""A thin variational autoencoder against the formulas of its networks, its noise and its loss.

The noise is drawn from the same seed on both sides; the divergence of the loss is torch's own, of
normal distributions.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

from designer.validation.json_readers import JsonValue
from designer.verification.probe.algebra import FORMULAS, State
from designer.verification.probe.blocked_convolutions import blocked_convolutions
from designer.verification.probe.layer_laws import largest_difference
from designer.verification.probe.loading import build_network, random_numbers, spread_labels
from designer.verification.probe.network_parts import parts_of
from designer.verification.probe.pass_results import reference_of
from designer.verification.probe.weights import draw_weights, network_state

Outputs = tuple[torch.Tensor, ...]
_ROLES = {"encoder": "encoder", "decoder": "generator"}
_NAMES = ("picture", "mean", "log_variance")


def compare_autoencoder(
    module: ModuleType,
    networks: dict[str, dict[str, JsonValue]],
    arguments: dict[str, int],
    seed: int,
) -> dict[str, JsonValue]:
    """Its tensors, outputs and gradients in both modes, its methods, its noise and its loss."""
    torch.default_generator.manual_seed(seed)
    model = module.Autoencoder(**arguments).double()
    found: dict[str, JsonValue] = {"tensors": _other_tensors(module, networks, model)}
    states = _drawn_states(model, networks, seed)
    small = all(networks[role]["further_measures"] for role in _ROLES.values())
    image = random_numbers(
        [3 if small else 1, *networks["encoder"]["input_shape"]["thin"]], torch.float64
    ).tanh()
    classes = networks["generator"]["classes"]
    labels = () if classes is None else (spread_labels(classes, len(image)),)
    expect = _reference(networks, states)
    differences: dict[str, JsonValue] = {}
    gradients: dict[str, JsonValue] = {}
    with blocked_convolutions(networks["generator"], "thin"):
        for training in (False, True):
            mode = "training" if training else "evaluation"
            outputs, slopes = _compare_mode(model, expect, image, labels, training, seed, small)
            differences |= {f"{mode}: {name}": each for name, each in outputs.items()}
            gradients[mode] = slopes
        differences |= _compare_methods(model, expect, image, labels)
    found["noise_in_evaluation"] = _draws(model, image, labels)
    return {
        **found,
        "outputs": differences,
        "gradients": gradients if small else {},
        "loss": _compare_loss(module, image),
    }


def _other_tensors(
    module: ModuleType, networks: dict[str, dict[str, JsonValue]], model: nn.Module
) -> list[str]:
    """The names of tensors that only the autoencoder, or only one of its networks, has.

    Also of those that have another shape.
    """
    expected = {
        f"{part}.{name}": tensor.shape
        for part, role in _ROLES.items()
        for name, tensor in network_state(build_network(module, networks[role], "thin")).items()
    }
    found = {name: tensor.shape for name, tensor in network_state(model).items()}
    return sorted({name for name, _ in expected.items() ^ found.items()})


def _drawn_states(
    model: nn.Module, networks: dict[str, dict[str, JsonValue]], seed: int
) -> dict[str, State]:
    """The tensors of each network, with new numbers."""
    every, states = network_state(model), {}
    for part, role in _ROLES.items():
        start = f"{part}."
        states[role] = {
            name.removeprefix(start): tensor
            for name, tensor in every.items()
            if name.startswith(start)
        }
        draw_weights(states[role], networks[role]["layers"]["thin"], seed)
    return states


Expected = Callable[[torch.Tensor, Outputs, bool], Outputs]
"""The outputs of the design for a picture and labels, in training or in evaluation."""


def _reference(networks: dict[str, dict[str, JsonValue]], states: dict[str, State]) -> Expected:
    encoder, generator = (
        reference_of(networks[role], "thin", FORMULAS) for role in ("encoder", "generator")
    )

    def run(image: torch.Tensor, labels: Outputs, training: bool) -> Outputs:
        code = encoder.run(states["encoder"], (image,), training=training, keep_all=False).final
        half = code.shape[1] // 2
        mean, log_variance = code[:, :half], code[:, half:]
        latent = mean
        if training:
            latent = torch.randn_like(mean).mul(log_variance.exp().sqrt()).add(mean)
        given = (latent, *labels)
        picture = generator.run(states["generator"], given, training=training, keep_all=False)
        return picture.final, mean, log_variance

    return run


def _compare_mode(
    model: nn.Module,
    expect: Expected,
    image: torch.Tensor,
    labels: Outputs,
    training: bool,
    seed: int,
    with_gradients: bool,
) -> tuple[dict[str, JsonValue], JsonValue]:
    """Differences of the three outputs, and of the gradient of the picture; buffers are restored."""
    nn.Module.train(model, training)
    buffers = parts_of(model).buffers
    kept = {name: tensor.clone() for name, tensor in buffers.items()}
    results = []
    for run in (lambda given: model(given, *labels), lambda given: expect(given, labels, training)):
        torch.default_generator.manual_seed(seed)
        given = image.clone().requires_grad_(with_gradients)
        with torch.set_grad_enabled(with_gradients):
            outputs = run(given)
        results.append((outputs, _slope(outputs, given, seed) if with_gradients else image))
        for name, tensor in kept.items():
            buffers[name].copy_(tensor)
    (found, slope), (expected, expected_slope) = results
    named = dict.fromkeys(_NAMES)
    if isinstance(found, tuple) and len(found) == len(_NAMES):
        pairs = zip(found, expected, strict=True)
        named = {n: largest_difference(*p) for n, p in zip(_NAMES, pairs, strict=True)}
    return {**named}, largest_difference(slope, expected_slope)


def _slope(outputs: Outputs, given: torch.Tensor, seed: int) -> torch.Tensor:
    """The gradient of the input for random cotangents."""
    random = torch.Generator().manual_seed(seed)
    total = sum(
        (each * random_numbers(list(each.shape), each.dtype, random)).sum() for each in outputs
    )
    (slope,) = torch.autograd.grad(total, given)  # type: ignore[arg-type]
    return slope


def _compare_methods(
    model: nn.Module, expect: Expected, image: torch.Tensor, labels: Outputs
) -> dict[str, JsonValue]:
    """``encode``, ``decode`` and ``reparameterize`` in evaluation, called one by one."""
    nn.Module.train(model, False)
    with torch.no_grad():
        picture, mean, log_variance = expect(image, labels, False)
        coded = model.encode(image)  # type: ignore[operator]
        parts = zip(("mean", "log_variance"), coded, (mean, log_variance), strict=True)
        return {
            **{f"encode: {name}": largest_difference(one, other) for name, one, other in parts},
            "reparameterize": largest_difference(
                model.reparameterize(mean, log_variance),  # type: ignore[operator]
                mean,
            ),
            "decode": largest_difference(model.decode(mean, *labels), picture),  # type: ignore[operator]
        }


def _draws(model: nn.Module, image: torch.Tensor, labels: Outputs) -> bool:
    """Whether a call in evaluation draws random numbers."""
    nn.Module.train(model, False)
    before = torch.get_rng_state()
    with torch.no_grad():
        model(image, *labels)
    return not torch.equal(before, torch.get_rng_state())


def _compare_loss(module: ModuleType, image: torch.Tensor) -> dict[str, JsonValue]:
    """The loss and its gradients, for the default weight of the divergence and another one."""
    found: dict[str, JsonValue] = {}
    shape = [len(image), 4, 2]
    given = [random_numbers(list(image.shape), image.dtype), image]
    given += [random_numbers(shape, image.dtype) for _ in range(2)]
    for name, weight, more in (("default", 1.0, {}), ("beta 0.3", 0.3, {"beta": 0.3})):
        leaves = [each.clone().requires_grad_() for each in given]
        loss = module.variational_loss(*leaves, **more)
        others = [each.clone().requires_grad_() for each in given]
        expected = _expected_loss(others, weight)
        found[name] = largest_difference(loss, expected)
        slopes = zip(
            torch.autograd.grad(loss, leaves), torch.autograd.grad(expected, others), strict=True
        )
        found |= {f"{name}: {i}": largest_difference(*pair) for i, pair in enumerate(slopes)}
    return found


def _expected_loss(given: list[torch.Tensor], beta: float) -> torch.Tensor:
    reconstruction, image, mean, log_variance = given
    codes = Normal(mean, log_variance.exp().sqrt(), validate_args=False)
    plain = Normal(torch.zeros_like(mean), torch.ones_like(mean), validate_args=False)
    divergence = kl_divergence(codes, plain).sum() / len(mean)
    return torch.dist(reconstruction, image) ** 2 / len(image) + beta * divergence
