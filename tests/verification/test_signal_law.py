"""The law of the signal: what torch measures over norms, upsamplings, sizes and axes is within 10 % of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from designer.brief.initialization import Initialization
from designer.brief.model import Brief
from designer.brief.options import DiscriminatorStyle, Level, Normalization
from designer.geometry.axis.middle_taps import gathered_taps, scattered_taps
from designer.geometry.layers import Size
from designer.geometry.resampling import Upsampling
from designer.networks import Gan
from designer.networks.gradient_paths import count_paths
from designer.networks.signal import gradient_share, network_signals, start_deviation
from designer.pipeline.make_design import design
from designer.source import render_source
from designer.verification import Pool
from designer.verification.gradient_overlap import predicted_gradient_overlap
from designer.verification.probe.loading import load_text
from designer.verification.probe.signal import measure_signal_law
from designer.verification.probe_job import make_job
from designer.verification.signal_plan import layer_gains
from tests.networks.network_factory import module_of
from tests.plain_norms import PLAIN_NORMS
from tests.verification.initializations import plan_of

pytestmark = pytest.mark.torch

SIZES: dict[int, tuple[Size, ...]] = {
    1: ((96,), (1000,), (16_384,)),
    2: ((28, 28), (32, 32), (50, 150), (64, 64), (97, 97), (96, 128), (218, 178), (256, 256)),
    3: ((16, 16, 16), (20, 24, 20)),
}
NORMS = [norm for norm in PLAIN_NORMS if not norm.spectral]


def gan_of(size: Size, norm: Normalization, upsampling: Upsampling, **given: object) -> Gan:
    """The networks of a brief with this norm in both."""
    style = DiscriminatorStyle(normalization=norm)
    brief = {"latent_dim": 32, "base_channels": 16, "channels": 3, "verify": Level.NONE} | given
    return design(
        Brief(
            resolution=size,
            normalization=norm,
            upsampling=upsampling,
            discriminator=style,
            **brief,  # type: ignore[arg-type]
        )
    ).gan


@pytest.mark.slow
@pytest.mark.parametrize("axes", SIZES)
@pytest.mark.parametrize("upsampling", Upsampling)
@pytest.mark.parametrize("norm", NORMS)
def test_the_gains_are_those_of_the_law(
    norm: Normalization, upsampling: Upsampling, axes: int
) -> None:
    """Of the signal and of its gradient, for every layer, with the stated error of the mean."""
    for size in SIZES[axes]:
        gan = gan_of(size, norm, upsampling)
        plan, text = plan_of(gan), render_source(gan).text
        job, module = make_job(plan, text), load_text(text)
        for role, network in plan.thin.networks.items():
            found = measure_signal_law(module, job["networks"][role], 1)
            for direction, laws in enumerate(layer_gains(network)):
                for name, law in laws.items():
                    gain, error, _ = found[name][direction]
                    assert law is not None
                    assert abs(gain / law - 1) <= 0.1, (size, role, name, direction)
                    assert error <= 0.03


def assert_close_after_draws(gan: Gan, measure: Callable[[torch.Tensor], float]) -> None:
    """The deviation of pictures, the mean over draws, is within 10 % of the law."""
    module, moments = module_of(gan), []
    for seed in range(24):
        torch.manual_seed(seed)
        generator = module.Generator().apply(module.weights_init)
        with torch.no_grad():
            moments.append(measure(generator(torch.randn(4, 32, *[1] * gan.chain.axes))))
    measured = (sum(moments) / len(moments)) ** 0.5
    assert measured == pytest.approx(start_deviation(gan.generator), rel=0.1)


@pytest.mark.parametrize("upsampling", Upsampling)
@pytest.mark.parametrize("initialization", Initialization)
def test_whole_generators_start_as_the_law_says(
    upsampling: Upsampling, initialization: Initialization
) -> None:
    """The product of the gains is the second moment of the picture's middle."""
    gan = gan_of(
        (64, 64),
        Normalization.NONE,
        upsampling,
        base_channels=64,
        initialization=initialization,
    )
    assert_close_after_draws(
        gan, lambda picture: float(picture[:, :, 28:36, 28:36].square().mean())
    )


@pytest.mark.parametrize("count", [gathered_taps, scattered_taps])
def test_taps_outside_the_map_do_not_count(count: Callable[..., float]) -> None:
    """A kernel of five on a map of one has a single tap on it; on a large map, all."""
    window = {"kernel_size": 5, "stride": 1, "padding": 2, "dilation": 1}
    assert count(1, inputs=1, **window) == 1.0
    assert count(99, inputs=99, **window) == 5.0


@pytest.mark.parametrize("latent_dim", [742, 1000])
def test_one_draw_of_a_narrow_layer_refutes_no_design(latent_dim: int, pool: Pool) -> None:
    """The stem of the first has 32 kernels, of which twice as many gave less than half of the law."""
    made = design(16, latent_dim=latent_dim, base_channels=4, runner=pool.run)
    assert made.verification.verdict == "verified"


def test_what_has_no_formula_ends_the_prediction() -> None:
    """After a spectral norm nothing is predicted, and no warning is given."""
    style = DiscriminatorStyle(normalization=Normalization.SPECTRAL)
    brief = Brief(resolution=(16, 16), latent_dim=4, discriminator=style, verify=Level.NONE)
    discriminator = design(brief).gan.discriminator
    assert discriminator is not None
    signals = network_signals(discriminator)
    assert {each.after for each in signals.values()} == {None}
    assert gradient_share(discriminator) is None


@pytest.mark.parametrize("size", [(64, 64), (97, 50), (300,)])
def test_the_paths_to_a_pixel_are_its_gradient(size: Size) -> None:
    """Counted by torch, with weights of one, along each axis alone."""
    network = gan_of(size, Normalization.NONE, Upsampling.TRANSPOSED).discriminator
    assert network is not None
    layers = [layer for _, layer in network.convolutions]
    for axis, side in enumerate(size):
        value = torch.ones(1, 1, side, dtype=torch.float64, requires_grad=True)
        output = value
        for layer in layers:
            window = layer.windows[axis]
            kernel = torch.ones(1, 1, window.kernel_size, dtype=torch.float64)
            output = torch.nn.functional.conv1d(output, kernel, **_conv_arguments(window))
        output.sum().backward()  # type: ignore[no-untyped-call]
        assert value.grad is not None
        sides = [placed.after.size[axis] for placed, _ in network.convolutions]
        windows = [layer.windows[axis] for layer in layers]
        assert count_paths(windows, sides, range(side)) == value.grad[0, 0].tolist()
    assert len(predicted_gradient_overlap(network)) == len(size)


def _conv_arguments(window: object) -> dict[str, int]:
    return {name: getattr(window, name) for name in ("stride", "padding", "dilation")}
