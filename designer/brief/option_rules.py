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
from designer.validation.field_validators import check_integer, check_length, field_error


def generator_input_errors(latent_dim: object, initial_map: InitialMap | None) -> list[FieldError]:
    """Errors of the generator's input: exactly one of latent vector and initial map.

    >>> [error.detail for error in generator_input_errors(None, None)]
    ['latent_dim is required, unless initial_map is given']
    """
    if initial_map is None and latent_dim is None:
        return [field_error("/latent_dim", "missing_field", sentence="latent_dim_or_map")]
    if initial_map is None:
        return check_integer(latent_dim, pointer="/latent_dim", low=1, high=MAX_LATENT_DIM)
    if latent_dim is None:
        return []
    return [field_error("/initial_map", "contradiction", sentence="latent_dim_and_map")]


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
        facts = {"initial_map": list(initial_map.size), "initial_size": list(initial_size)}
        sentence = "initial_size_differs"
        errors.append(
            field_error("/search/initial_size", "contradiction", sentence=sentence, **facts)
        )
    return errors


def label_errors(classes: object, initial_map: InitialMap | None) -> list[FieldError]:
    """Errors of the number of classes; labels need a latent vector."""
    if classes is None:
        return []
    errors = check_integer(classes, pointer="/classes", low=2, high=MAX_CLASSES)
    if initial_map is not None:
        errors.append(field_error("/classes", "labels_without_latent"))
    return errors


def norm_errors(
    normalization: Normalization, discriminator: DiscriminatorStyle | None
) -> list[FieldError]:
    """Errors of the norms: spectral norm in the generator, batch norm in a critic."""
    errors = []
    if normalization.spectral:
        errors.append(field_error("/normalization", "spectral_generator"))
    if discriminator is None:
        return errors
    if discriminator.output is Output.CRITIC and discriminator.normalization.couples_samples:
        errors.append(field_error("/discriminator/normalization", "critic_with_batch_norm"))
    numbers = [row for row in DISCRIMINATOR if row.kind is Kind.INTEGER]
    return errors + range_errors(numbers, asdict(discriminator), pointer="/discriminator")
