"""The classes of fixed resamplers in a source, for the axes of its networks."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import Gan

_WEIGHTS = '''\
def interpolation_weights(kernel_size: int, stride: int) -> torch.Tensor:
    """A triangle of weights, along one axis; those of each phase add up to one."""
    distance = (2 * torch.arange(kernel_size) - kernel_size + 1).abs()
    weights = (2 * stride - distance).clamp(min=0)
    sums = [weights[tap % stride :: stride].sum() for tap in range(kernel_size)]
    return weights / torch.stack(sums)'''


def render_interpolation(gan: Gan) -> Iterator[str]:
    """The classes that its networks have, and the function that makes their weights."""
    axes, needed = gan.chain.axes, {module.helper for module in gan.modules}
    yield _WEIGHTS
    yield _render_upsample(axes)
    if "InterpolatingDownsample" in needed:
        yield _render_downsample(axes)


def _render_upsample(axes: int) -> str:
    numbers = f"tuple[{', '.join(['int'] * axes)}]"
    none = ", ".join(["0"] * axes) + ("," if axes == 1 else "")
    return f'''\
class InterpolatingUpsample(nn.Module):
    """Linear interpolation to a larger map: a transposed convolution of fixed weights, each channel by itself."""

    kernel: torch.Tensor

    def __init__(self, kernel_size: {numbers}, stride: {numbers}, padding: {numbers}, output_padding: {numbers} = ({none})) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        self.output_padding = output_padding
        kernel = torch.ones(())
        for taps, step in zip(kernel_size, stride, strict=True):
            kernel = kernel[..., None] * interpolation_weights(taps, step)
        self.register_buffer("kernel", kernel)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        channels = value.shape[1]
        kernels = self.kernel.expand(channels, 1, *self.kernel.shape)
        return nn.functional.conv_transpose{axes}d(value, kernels, None, self.stride, self.padding, self.output_padding, channels)'''


def _render_downsample(axes: int) -> str:
    numbers = f"tuple[{', '.join(['int'] * axes)}]"
    return f'''\
class InterpolatingDownsample(nn.Module):
    """Means of windows with the weights of linear interpolation, each channel by itself."""

    kernel: torch.Tensor

    def __init__(self, kernel_size: {numbers}, stride: {numbers}, padding: {numbers}) -> None:
        super().__init__()
        self.stride = stride
        self.padding = padding
        kernel = torch.ones(())
        for taps, step in zip(kernel_size, stride, strict=True):
            kernel = kernel[..., None] * (interpolation_weights(taps, step) / step)
        self.register_buffer("kernel", kernel)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        channels = value.shape[1]
        kernels = self.kernel.expand(channels, 1, *self.kernel.shape)
        return nn.functional.conv{axes}d(value, kernels, None, self.stride, self.padding, 1, channels)'''
