"""The functions that make the blocks of a residual discriminator."""

from __future__ import annotations

from collections.abc import Iterator

from designer.networks import PlacedPaths
from designer.source.block_functions import NetworkBlocks, render_function
from designer.source.layer_lines import render_module


class DiscriminatorBlocks(NetworkBlocks):
    """The blocks of a discriminator."""

    def render(self) -> Iterator[str]:
        """The functions that its levels need."""
        further = self.entries[1:]
        parameters = f"before: int, after: int, {self.window_parameters(self.window_names())}"
        start = [self._layer("before", "after"), *self._start("after", keeps_input=False)]
        body, shortcut = self._resampling("after", first=True)
        what = (
            "Convolution, ReLU and convolution of the picture; both paths reach the smaller size."
        )
        yield render_function("first_block", parameters, what, [*start, *body], shortcut)
        start = [
            *self._start("before", keeps_input=True),
            self._layer("before", "before"),
            *self._start("before", keeps_input=False),
        ]
        if any(entry.resamples for entry in further):
            body, shortcut = self._resampling("before", first=False)
            what = "ReLU and convolution, twice; both paths reach the smaller size."
            yield render_function("down_block", parameters, what, [*start, *body], shortcut)
        if not all(entry.resamples for entry in further):
            body = [*start, self._layer("before", "after")]
            point = self.convolution("before", "after", 1, spectral=self._spectral)
            what = "ReLU and convolution, twice, at one size."
            shortcut = [f"nn.Identity() if before == after else {point}"]
            yield render_function("flat_block", "before: int, after: int", what, body, shortcut)

    def call(self, entry: PlacedPaths, before: str, after: str) -> str:
        """The call that makes a block."""
        if not entry.resamples:
            return f"flat_block({before}, {after})"
        name = "first_block" if entry is self.entries[0] else "down_block"
        return f"{name}({before}, {after}, {self.window_arguments(entry, self.window_names())})"

    @property
    def _spectral(self) -> bool:
        return self.network.spectral

    def _layer(self, before: str, after: str) -> str:
        return self.convolution(before, after, 3, spectral=self._spectral)

    def _start(self, channels: str, *, keeps_input: bool) -> list[str]:
        assert self.gan.discriminator_style is not None
        norm = self.gan.discriminator_style.normalization.modules(channels=1, axes=self.axes)
        inplace = "" if keeps_input and not norm else "inplace=True"
        return [*(render_module(each, channels, channels) for each in norm), f"nn.ReLU({inplace})"]

    def _resampling(self, hidden: str, *, first: bool) -> tuple[list[str], list[str]]:
        """The last lines of the body, and the shortcut."""
        if self.gan.widths.upsampling.kind.transposed:
            names = self.window_names()[:3]
            dilation = ", dilation=dilation" if self.dilated else ""
            layers = [
                f"nn.Conv{self.axes}d({before}, after, {', '.join(names)}{dilation})"
                for before in (hidden, "before")
            ]
            wrapped = [f"spectral_norm({each})" if self._spectral else each for each in layers]
            return [wrapped[0]], [wrapped[1]]
        pool = f"nn.AvgPool{self.axes}d(kernel_size, stride, padding)"
        point = self.convolution("before", "after", 1, spectral=self._spectral)
        return [self._layer(hidden, "after"), pool], [pool, point] if first else [point, pool]
