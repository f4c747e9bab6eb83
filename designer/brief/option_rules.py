"""Validators of a brief's options and of their combinations."""

from __future__ import annotations

from dataclasses import asdict

from designer.brief.field_rules import range_errors
from designer.brief.fields import Kind
from designer.brief.options import (
    DISCRIMINATOR,
    DiscriminatorStyle,
    InitialMap,
    Normalization,
    Output,
)
from designer.errors import FieldError
from designer.geometry.layers import Size
from designer.limits import (
    MAX_CLASSES,
    MAX_LATENT_DIM,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
)
from designer.validation.field_validators import check_integer, check_length


def generator_input_errors(latent_dim: object, initial_map: InitialMap | None) -> list[FieldError]:
    """Errors of the generator's input: exactly one of latent vector and initial map.

    >>> [error.detail for error in generator_input_errors(None, None)]
    ['latent_dim is required, unless initial_map is given']
    """
    if initial_map is None and latent_dim is None:
        detail = "latent_dim is required, unless initial_map is given"
        return [FieldError(pointer="/latent_dim", code="missing_field", detail=detail)]
    if initial_map is None:
        return check_integer(latent_dim, pointer="/latent_dim", low=1, high=MAX_LATENT_DIM)
    if latent_dim is None:
        return []
    detail = (
        "latent_dim and initial_map exclude each other: a generator starts from a latent vector or"
        " from a map"
    )
    return [FieldError(pointer="/initial_map", code="contradiction", detail=detail)]


def initial_map_errors(
    initial_map: InitialMap, *, axes: int, initial_size: Size | None
) -> list[FieldError]:
    """Errors of an initial map: its channels, one size per axis, no other ``initial_size``."""
    pointer = "/initial_map/size"
    errors = check_integer(
        initial_map.channels, pointer="/initial_map/channels", low=1, high=MAX_WIDTH
    )
    errors += check_length(initial_map.size, pointer=pointer, low=axes, high=axes)
    for index, side in enumerate(initial_map.size):
        high = MAX_SIGNAL_LENGTH if axes == 1 else MAX_SIDE
        errors += check_integer(side, pointer=f"{pointer}/{index}", low=1, high=high)
    if initial_size is not None and initial_size != initial_map.size:
        detail = (
            f"initial_size {list(initial_size)} differs from"
            f" initial_map.size {list(initial_map.size)}"
        )
        errors.append(
            FieldError(
                pointer="/search/initial_size",
                code="contradiction",
                detail=detail,
                facts={"initial_map": list(initial_map.size), "initial_size": list(initial_size)},
            )
        )
    return errors


def label_errors(classes: object, initial_map: InitialMap | None) -> list[FieldError]:
    """Errors of the number of classes; labels need a latent vector."""
    if classes is None:
        return []
    errors = check_integer(classes, pointer="/classes", low=2, high=MAX_CLASSES)
    if initial_map is not None:
        detail = "labels are concatenated with the latent vector, and initial_map replaces it"
        errors.append(FieldError(pointer="/classes", code="labels_without_latent", detail=detail))
    return errors


def norm_errors(
    normalization: Normalization, discriminator: DiscriminatorStyle | None
) -> list[FieldError]:
    """Errors of the norms: spectral norm in the generator, batch norm in a critic."""
    errors = []
    if normalization is Normalization.SPECTRAL:
        detail = "spectral norm is for the discriminator only; a generator normalizes its maps"
        errors.append(
            FieldError(pointer="/normalization", code="spectral_generator", detail=detail)
        )
    if discriminator is None:
        return errors
    if discriminator.output is Output.CRITIC and discriminator.normalization is Normalization.BATCH:
        detail = (
            "batch norm couples the samples of a batch, but a critic's gradient penalty needs the"
            " gradient of each sample alone: set discriminator.normalization to layer, instance,"
            " group, spectral or none"
        )
        pointer = "/discriminator/normalization"
        errors.append(FieldError(pointer=pointer, code="critic_with_batch_norm", detail=detail))
    numbers = [row for row in DISCRIMINATOR if row.kind is Kind.INTEGER]
    return errors + range_errors(numbers, asdict(discriminator), pointer="/discriminator")
