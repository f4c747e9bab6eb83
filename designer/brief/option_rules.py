"""Validators of a brief's options and of their combinations."""

from __future__ import annotations

from dataclasses import asdict

from designer.brief.field_rules import level_errors, range_errors
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
from designer.validation.field_validators import check_integer, check_length, field_error
from designer.validation.limits import (
    MAX_CLASSES,
    MAX_LATENT_DIM,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
)


def generator_input_errors(latent_dim: object, initial_map: InitialMap | None) -> list[FieldError]:
    """Errors of the generator's input: a latent vector or an initial map, not both.

    >>> [error.detail for error in generator_input_errors(0, None)]
    ['latent_dim must be 1 to 65536, got 0']
    """
    if initial_map is None:
        return check_integer(latent_dim, pointer="/latent_dim", low=1, high=MAX_LATENT_DIM)
    if latent_dim is None:
        return []
    return [field_error("/initial_map", "contradiction", sentence="latent_dim_and_map")]


def initial_map_errors(
    initial_map: InitialMap, *, axes: int, initial_size: Size | None, chosen: bool = False
) -> list[FieldError]:
    """Errors of an initial map: its channels, one size per axis, no other ``initial_size``.

    ``chosen``: without a size the chain chooses one.
    """
    pointer = "/initial_map/size"
    errors = check_integer(
        initial_map.channels, pointer="/initial_map/channels", low=1, high=MAX_WIDTH
    )
    if initial_map.size == () and chosen:
        return errors
    if initial_map.size == ():
        return [*errors, field_error(pointer, "missing_field", sentence="map_without_size")]
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


def variational_errors(variational: bool, *, encoder: bool) -> list[FieldError]:
    """Errors of a variational autoencoder, which needs an encoder."""
    if variational and not encoder:
        return [
            field_error("/variational", "contradiction", sentence="variational_without_encoder")
        ]
    return []


def norm_errors(
    normalization: Normalization, discriminator: DiscriminatorStyle | None, classes: object
) -> list[FieldError]:
    """Errors of the norms: spectral norm in the generator, batch norm in a critic.

    A norm that reads labels goes with a generator that has some.
    """
    errors = []
    if normalization.spectral:
        errors.append(field_error("/normalization", "spectral_generator"))
    if normalization.conditional and classes is None:
        errors.append(_conditional_error("/normalization"))
    if discriminator is None:
        return errors
    if discriminator.normalization.conditional:
        errors.append(_conditional_error("/discriminator/normalization"))
    if discriminator.output is Output.CRITIC and discriminator.normalization.couples_samples:
        errors.append(field_error("/discriminator/normalization", "critic_with_batch_norm"))
    numbers = [row for row in DISCRIMINATOR if row.kind is Kind.INTEGER]
    values, pointer = asdict(discriminator), "/discriminator"
    errors += range_errors(numbers, values, pointer=pointer)
    return errors + level_errors(DISCRIMINATOR, values, pointer=pointer)


def _conditional_error(pointer: str) -> FieldError:
    """The error of class-conditional batch norm where there are no labels for it."""
    return field_error(pointer, "contradiction", sentence="norm_without_labels")
