"""The values of the fields that a brief leaves out and that other fields imply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from designer.brief.architecture import Architecture, implied_values
from designer.brief.fields import Field
from designer.brief.options import DEFAULT_LATENT_DIM
from designer.brief.skip_rules import implied_by_skips

DEFAULT_BASE_CHANNELS = 64
"""Default channels of the feature map next to the picture."""


def missing_values(brief: Any, rows: Iterable[Field]) -> dict[str, object]:  # noqa: ANN401
    """The values by attribute, of a brief that is not complete."""
    implied = implied_by_skips(brief)
    implied |= {
        name: value
        for name, value in implied_values(rows, brief.architecture).items()
        if name not in implied
    }
    given_map = brief.initial_map or implied.get("initial_map")
    if given_map is None:
        implied["latent_dim"] = DEFAULT_LATENT_DIM
    if brief.budget is None:
        implied["base_channels"] = DEFAULT_BASE_CHANNELS
    found = {name: value for name, value in implied.items() if getattr(brief, name) is None}
    if brief.discriminator == "default":
        alone = given_map is not None or "any_size" in implied
        has_one = brief.architecture in [*Architecture] and not alone
        style = Architecture(brief.architecture).discriminator_style if has_one else None
        found["discriminator"] = style
    return found
