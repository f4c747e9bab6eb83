"""Wrong modules of decoders with a factor: right at the size shown, wrong at others."""

from __future__ import annotations

from tests.verification.network_edits import Apply, changes, receives, returns

SIZE_EDITS: dict[str, dict[str, dict[str, Apply]]] = {
    "factor": {
        "Generator": {
            "output padding off by one": changes("output_padding=1", "output_padding=0"),
            "output cut to the length shown": returns("OUT[..., :80]"),
            "output resized to the length shown": returns("nn.functional.interpolate(OUT, 80)"),
            "one sample lost at other lengths": returns("OUT if IN.shape[-1] == 8 else OUT[..., 1:]"),
            "other values at three positions": returns("OUT * (1 - 0.5 * (IN.shape[-1] == 3))"),
        },
        "Encoder": {
            "one position lost at other lengths": returns("OUT if IN.shape[-1] == 80 else OUT[..., 1:]"),
            "first sample ignored at other lengths": receives(
                "IN if IN.shape[-1] == 80 else torch.cat((IN[..., :1] * 0, IN[..., 1:]), -1)"
            ),
        },
    },
    "factor, resize": {
        "Generator": {
            "size for scale_factor": changes("scale_factor=2", "size=(16, 16)"),
            "scale above two": changes("scale_factor=2", "scale_factor=2.05"),
        },
    },
}  # fmt: skip
"""Edits by design, network and name."""

SIZE_MUTANTS: dict[str, tuple[str, list[Apply]]] = {
    "generator.sizes": (
        "Generator",
        [
            changes("output_padding=1", "output_padding=0"),
            returns("OUT[..., :80]"),
            returns("OUT if IN.shape[-1] != 3 else OUT[..., 1:]"),
        ],
    ),
    "generator.values_at_sizes": (
        "Generator",
        [
            returns("OUT * (1 + 0.01 * (IN.shape[-1] == 7))"),
            receives("IN if IN.shape[-1] == 8 else IN.flip(-1)"),
            returns("OUT if IN.shape[-1] != 2 else OUT.detach().round()"),
        ],
    ),
    "encoder.sizes": (
        "Encoder",
        [
            returns("OUT[..., :8] if IN.shape[-1] == 80 else OUT[..., 1:]"),
            returns("OUT if IN.shape[-1] > 20 else OUT.repeat(1, 1, 2)"),
            receives("IN[..., :-10] if IN.shape[-1] == 70 else IN"),
        ],
    ),
    "encoder.values_at_sizes": (
        "Encoder",
        [
            returns("OUT * (1 + 0.01 * (IN.shape[-1] == 10))"),
            returns("OUT if IN.shape[-1] == 80 else OUT.flip(-1)"),
            receives("IN if IN.shape[-1] != 60 else IN * 1.01"),
        ],
    ),
}
"""Edits of the one network that a check at other sizes is about."""
