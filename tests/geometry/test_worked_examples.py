"""Worked examples from the literature, compared number by number without torch."""

from __future__ import annotations

import pytest

from designer.errors import InvalidLayer, TooLarge
from designer.errors.turns import taking_turns
from designer.geometry.equivalence.inverse import invert_layer
from designer.geometry.equivalence.matrix import STEPS_PER_ENTRY, layer_matrix
from designer.geometry.equivalence.overlap_map import layer_overlap
from designer.geometry.equivalence.phases import layer_phases
from designer.geometry.equivalence.placement import place_windows, untouched_count
from designer.geometry.equivalence.scatter import scatter_copies
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window
from tests.support import CountingTurn


def conv(*windows: Window, channels: tuple[int, int] = (1, 1)) -> Conv:
    """A convolution from ``channels[0]`` to ``channels[1]``."""
    return Conv(in_channels=channels[0], out_channels=channels[1], windows=windows)


def transposed(*windows: Window, channels: tuple[int, int] = (1, 1)) -> ConvTranspose:
    """A transposed convolution from ``channels[0]`` to ``channels[1]``."""
    return ConvTranspose(in_channels=channels[0], out_channels=channels[1], windows=windows)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(kernel_size=2), [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (Window(kernel_size=2, padding=1), [[4]]),
        (
            Window(kernel_size=2, stride=2),
            [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
        ),
    ],
    ids=["plain", "padding 1", "stride 2"],
)
def test_two_by_two_kernel_on_two_by_two_map(window: Window, expected: list[list[int]]) -> None:
    """X = K = [[0, 1], [2, 3]], scattered and as a matrix."""
    layer, numbers = transposed(window, window), [0, 1, 2, 3]
    flat = [number for row in expected for number in row]
    assert list(scatter_copies(layer, (2, 2), numbers, numbers).values()) == flat
    matrix = layer_matrix(layer, (2, 2))
    found = [0] * matrix.rows
    for row, column, tap in matrix.entries:
        found[row] += numbers[tap] * numbers[column]
    assert found == flat


def test_matrix_of_three_by_three_kernel_on_four_by_four_map() -> None:
    """The 4×16 matrix, entry by entry: each row is the kernel on the flattened map."""
    matrix = layer_matrix(conv(Window(kernel_size=3), Window(kernel_size=3)), (4, 4))
    row = [0, 1, 2, None, 3, 4, 5, None, 6, 7, 8]
    expected = [
        (output, start + position, tap)
        for output, start in enumerate([0, 1, 4, 5])
        for position, tap in enumerate(row)
        if tap is not None
    ]
    assert (matrix.rows, matrix.columns) == (4, 16)
    assert list(matrix.entries) == expected
    assert matrix.inputs_per_output == (9,) * 4
    assert matrix.outputs_per_input == (1, 2, 2, 1, 2, 4, 4, 2, 2, 4, 4, 2, 1, 2, 2, 1)
    assert (matrix.transposed.rows, matrix.transposed.columns) == (16, 4)


def test_inverse_restores_channels_and_size() -> None:
    """Conv 10 → 20, kernel 5, padding 2, stride 3 on 16×16: its inverse restores 16×16."""
    layer = conv(*(Window(kernel_size=5, stride=3, padding=2),) * 2, channels=(10, 20))
    small = layer.output_map(FeatureMap(channels=10, size=(16, 16)))
    back = invert_layer(layer, (16, 16))
    assert str(small) == "20×6×6"
    assert back.layer is not None
    assert str(back.layer.output_map(small)) == "10×16×16"
    assert back.ambiguous == ((16, 18), (16, 18))
    assert not back.unique


@pytest.mark.parametrize(
    "window",
    [
        Window(kernel_size=9, stride=4, padding=3, output_padding=1),
        Window(kernel_size=9, stride=4, padding=4, output_padding=3),
    ],
)
def test_kernel_9_stride_4_upsamples_exactly_fourfold(window: Window) -> None:
    """Padding 3 with output padding 1, or 4 with 3: o = 4i for every i."""
    assert window.offset == 0
    assert [window.conv_transpose(i) for i in range(1, 99)] == [4 * i for i in range(1, 99)]


def test_output_padding_is_added_at_the_far_side_only() -> None:
    """Only positions at the far end are added; the others are unchanged."""
    plain = Window(kernel_size=3, stride=2, padding=1)
    numbers = [1, 2, 3, 4, 5]
    before = scatter_copies(transposed(plain), (5,), numbers, [1, 10, 100])
    further = Window(kernel_size=3, stride=2, padding=1, output_padding=1)
    after = scatter_copies(transposed(further), (5,), numbers, [1, 10, 100])
    assert (len(before), len(after)) == (9, 10)
    assert {index: after[index] for index in before} == before
    assert layer_overlap(transposed(further), (5,)).border == ((0, 1),)


@pytest.mark.parametrize(
    ("window", "before", "after"),
    [
        (Window(kernel_size=3, padding=2), 5, 7),
        (Window(kernel_size=2, stride=2), 256, 512),
        (Window(kernel_size=4, stride=2, padding=1), 256, 512),
    ],
)
def test_output_sizes_from_tutorials(window: Window, before: int, after: int) -> None:
    """A convolution gives 5 → 7 with kernel 3 and padding 2; two transposed ones 256 → 512."""
    if after == 7:
        assert window.conv(before) == after
    else:
        assert window.conv_transpose(before) == after


@pytest.mark.parametrize(
    ("window", "even", "most", "least"),
    [
        (Window(kernel_size=4, stride=2, padding=1), True, 2, 2),
        (Window(kernel_size=3, stride=2, padding=1), False, 2, 1),
        (Window(kernel_size=5, stride=2, padding=2), False, 3, 2),
        (Window(kernel_size=3, stride=3), True, 1, 1),
        (Window(kernel_size=2, stride=3), False, 1, 0),
        (Window(kernel_size=4, stride=2, dilation=2), False, 4, 0),
        (Window(kernel_size=4, stride=2, dilation=3), True, 2, 2),
    ],
)
def test_overlap_of_well_known_windows(window: Window, even: bool, most: int, least: int) -> None:
    """Even exactly where S divides F and gcd(D, S) = 1; on two axes the ratio is squared."""
    overlap = layer_overlap(transposed(window, window), (9, 9))
    assert (overlap.even, overlap.most, overlap.least) == (even, most**2, least**2)
    assert overlap.ratio == (most**2 / least**2 if least else None)


def test_unread_rows_are_counted_with_the_gaps_inside() -> None:
    """A stride above the kernel leaves gaps; a remainder leaves the far side unread."""
    gaps = place_windows(conv(Window(kernel_size=1, stride=2)), (5,))
    far = place_windows(conv(Window(kernel_size=4, stride=2)), (7,))
    both = place_windows(conv(*(Window(kernel_size=4, stride=2),) * 2), (7, 7))
    assert [untouched_count(placed) for placed in (gaps, far, both)] == [2, 1, 49 - 36]


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        (Window(kernel_size=4, stride=2, padding=1), "padded differently"),
        (Window(kernel_size=3, stride=2, padding=1), "not one size"),
        (Window(kernel_size=3, stride=2, output_padding=1), "does not divide"),
        (Window(kernel_size=2, stride=2, padding=2), "padded by -1"),
    ],
)
def test_why_a_layer_is_not_pixel_shuffle(window: Window, reason: str) -> None:
    """DCGAN's layer is not one: its two phases are padded on different sides."""
    shuffle = layer_phases(transposed(window, window), (8, 8)).pixel_shuffle
    assert not shuffle.holds
    assert reason in shuffle.why


def test_other_layers_are_not_pixel_shuffle_either() -> None:
    """A convolution is a PixelUnshuffle instead, and PixelShuffle has only one factor."""
    down = layer_phases(conv(Window(kernel_size=2, stride=2)), (8,)).pixel_shuffle
    skewed = transposed(Window(kernel_size=2, stride=2), Window(kernel_size=3, stride=3))
    assert "PixelUnshuffle" in down.why
    assert "[2, 3]" in layer_phases(skewed, (4, 4)).pixel_shuffle.why


@pytest.mark.parametrize(
    ("form", "layer", "size", "facts"),
    [
        (
            layer_matrix,
            conv(*(Window(kernel_size=3, padding=1),) * 2),
            (256, 256),
            {"entries": 586756, "limit": 131072},
        ),
        (
            layer_overlap,
            transposed(*(Window(kernel_size=2, stride=2),) * 2),
            (600, 600),
            {"positions": 1440000, "limit": 1048576},
        ),
        (
            layer_phases,
            transposed(*(Window(kernel_size=80, stride=80),) * 2),
            (2, 2),
            {"phases": 6400, "limit": 4096},
        ),
    ],
)
def test_a_form_that_is_too_large_is_refused_with_its_limit(form, layer, size, facts) -> None:  # noqa: ANN001
    """The message and the facts contain the number and the limit."""
    with pytest.raises(TooLarge) as refused:
        form(layer, size)
    assert refused.value.facts == facts
    assert all(str(number) in str(refused.value) for number in facts.values())


@pytest.mark.parametrize("form", [layer_matrix, layer_overlap, layer_phases, invert_layer])
def test_an_illegal_layer_has_no_form(form) -> None:  # noqa: ANN001
    """Every form refuses a kernel larger than its padded input."""
    with pytest.raises(InvalidLayer, match="spanning 5 px does not fit an input of 2 px"):
        form(conv(Window(kernel_size=3, dilation=2)), (2,))


def test_output_padding_beyond_the_stride_reduces_inverse_padding() -> None:
    """Output padding of at least the stride is legal with a larger dilation."""
    window = Window(kernel_size=1, padding=1, dilation=3, output_padding=2)
    back = invert_layer(transposed(window), (1,))
    assert (back.ambiguous, back.unique) == (((1, 1),), True)
    assert back.layer is not None
    assert back.layer.windows[0].padding == 0


def test_a_matrix_with_many_rows_or_idle_taps_is_bounded() -> None:
    """The sides are checked before entries are listed, and taps on padding are not listed."""
    sparse = Window(kernel_size=1, stride=65_536)
    with pytest.raises(TooLarge, match="a side of 4295098369; the limit is 1048576"):
        layer_matrix(transposed(sparse, sparse), (2, 2))
    wide = conv(Window(kernel_size=65_536, padding=65_535))
    assert len(layer_matrix(wide, (1,)).entries) == 65_536
    empty = transposed(
        Window(kernel_size=1, padding=1, dilation=3, output_padding=2), wide.windows[0]
    )
    assert layer_matrix(empty, (1, 131_072)).entries == ()


def test_a_matrix_takes_steps() -> None:
    """A server lets large ones take turns."""
    turn = CountingTurn()
    with taking_turns(turn):
        matrix = layer_matrix(conv(Window(kernel_size=3)), (100,))
    assert turn.spent == STEPS_PER_ENTRY * len(matrix.entries) == STEPS_PER_ENTRY * 98 * 3
