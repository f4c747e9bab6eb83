"""Windows, maps, layers and chains: validation on construction, and agreement with torch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from designer.errors import InvalidLayer
from designer.geometry.chain import Chain
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window

KIND = {
    Conv: (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d),
    ConvTranspose: (torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d),
}


@st.composite
def settings_of_axes(draw: st.DrawFn) -> list[dict[str, int]]:
    """One to three axes with a size and a window each, legal or not."""
    axis = st.fixed_dictionaries(
        {
            "size": st.integers(1, 4),
            "kernel_size": st.integers(1, 4),
            "stride": st.integers(1, 3),
            "padding": st.integers(0, 2),
            "dilation": st.integers(1, 3),
            "output_padding": st.integers(0, 3),
        }
    )
    return draw(st.lists(axis, min_size=1, max_size=3))


def torch_shape(kind: type[Conv | ConvTranspose], axes: list[dict[str, int]]) -> list[int] | None:
    """Shape from eager torch, None if it refuses or the map is empty."""
    names = ["kernel_size", "stride", "padding", "dilation"]
    names += ["output_padding"] if kind is ConvTranspose else []
    arguments = {name: tuple(axis[name] for axis in axes) for name in names}
    layer = KIND[kind][len(axes) - 1](2, 3, **arguments)
    try:
        out = layer(torch.zeros(1, 2, *(axis["size"] for axis in axes)))
    except RuntimeError:
        return None
    return list(out.shape[1:]) if out.numel() else None


@pytest.mark.torch
@pytest.mark.parametrize("kind", [Conv, ConvTranspose])
@given(axes=settings_of_axes())
def test_layers_agree_with_eager_torch(
    kind: type[Conv | ConvTranspose], axes: list[dict[str, int]]
) -> None:
    """Legality and size equal torch's on one to three axes, except that empty maps are refused."""
    wanted = torch_shape(kind, axes)
    names = ["kernel_size", "stride", "padding", "dilation", "output_padding"]
    if kind is Conv:
        axes = [axis | {"output_padding": 0} for axis in axes]
    try:
        windows = tuple(Window(**{name: axis[name] for name in names}) for axis in axes)
        layer = kind(in_channels=2, out_channels=3, windows=windows)
        size = tuple(axis["size"] for axis in axes)
        got = list(layer.output_map(FeatureMap(channels=2, size=size)).shape)
    except InvalidLayer:
        got = None
    assert got == wanted


@pytest.mark.parametrize(
    ("field", "value"),
    [("kernel_size", 0), ("stride", 0), ("dilation", 0), ("padding", -1), ("output_padding", -1)],
)
def test_a_window_refuses_what_torch_refuses(field: str, value: int) -> None:
    """The message contains the field, its least value and the value."""
    with pytest.raises(InvalidLayer, match=f"{field} must be at least .*, got {value}") as caught:
        Window(**({"kernel_size": 3} | {field: value}))
    assert caught.value.facts == {field: value}


def test_output_padding_stays_below_the_larger_of_stride_and_dilation() -> None:
    """Torch's rule is max(S, D), not min and not S alone."""
    assert Window(kernel_size=3, stride=2, dilation=3, output_padding=2).output_padding == 2
    with pytest.raises(InvalidLayer, match="below the larger of stride 2 and dilation 3"):
        Window(kernel_size=3, stride=2, dilation=3, output_padding=3)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"in_channels": 0}, "in_channels must be at least 1"),
        ({"out_channels": 0}, "out_channels must be at least 1"),
        ({"groups": 0}, "groups must be at least 1"),
        ({"groups": 4}, "in_channels 6 must be divisible by groups 4"),
        ({"groups": 3}, "out_channels 4 must be divisible by groups 3"),
        ({"windows": ()}, "1 to 3 axes, got 0"),
        ({"windows": (Window(kernel_size=1),) * 4}, "1 to 3 axes, got 4"),
    ],
)
def test_a_layer_refuses_impossible_fields(fields: dict[str, object], sentence: str) -> None:
    """Channels, groups and axes are validated on construction."""
    good = {"in_channels": 6, "out_channels": 4, "windows": (Window(kernel_size=3),) * 2}
    with pytest.raises(InvalidLayer, match=sentence):
        Conv(**(good | fields))


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (FeatureMap(channels=5, size=(8, 8)), "takes 6 channels, the map 5×8×8 has 5"),
        (FeatureMap(channels=6, size=(8,)), "has 2 axes, the map 6×8 has 1"),
    ],
)
def test_a_layer_refuses_a_map_with_other_channels_or_axes(
    before: FeatureMap, sentence: str
) -> None:
    """Channels and axes must match."""
    layer = Conv(in_channels=6, out_channels=4, windows=(Window(kernel_size=3),) * 2)
    with pytest.raises(InvalidLayer, match=sentence):
        layer.output_map(before)


def test_a_map_has_no_empty_side() -> None:
    """An empty map is refused."""
    with pytest.raises(InvalidLayer, match="3×0×4"):
        FeatureMap(channels=3, size=(0, 4))


STEP = (Window(kernel_size=4, stride=2, padding=1),) * 2


@pytest.mark.parametrize(
    ("sizes", "windows", "sentence"),
    [
        (((4, 4), (9, 8)), (STEP,), r"lead from \(4, 4\) to \(8, 8\)"),
        (((4, 4),), (), "a chain of 0 layers and 1 sizes"),
        (((4, 4), (8, 8)), (STEP, STEP), "a chain of 2 layers and 2 sizes"),
        (((4, 4), (8, 8)), (STEP[:1],), "needs 2 windows, got 1"),
    ],
)
def test_a_chain_is_recomputed(
    sizes: tuple[tuple[int, ...], ...], windows: tuple[tuple[Window, ...], ...], sentence: str
) -> None:
    """A chain whose sizes do not follow from its windows is refused."""
    with pytest.raises(InvalidLayer, match=sentence):
        Chain(sizes=sizes, windows=windows)


@given(
    start=st.integers(1, 9),
    windows=st.lists(
        st.builds(
            Window,
            kernel_size=st.integers(3, 6),
            stride=st.integers(2, 3),
            padding=st.integers(0, 2),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_sizes_found_backwards_are_those_found_forwards(start: int, windows: list[Window]) -> None:
    """``leading_to`` inverts the size formula step by step."""
    sizes = [(start,)]
    for window in windows:
        side = window.stride * sizes[-1][0] + window.offset
        if side < 1:
            return
        sizes.append((side,))
    steps = tuple((window,) for window in windows)
    assert Chain.leading_to(sizes[-1], steps).sizes == tuple(sizes)


def test_windows_that_cannot_end_at_the_target_are_refused() -> None:
    """(29 − 0)/2 is not a whole number."""
    with pytest.raises(InvalidLayer, match=r"\(29 − 0\) / 2 must be a whole number") as caught:
        Chain.leading_to((28, 29), (STEP,))
    assert caught.value.facts == {"output_size": 29, "stride": 2, "offset": 0}
