"""The networks that a brief asks for along a chain, refused where they could not work or are too large."""

from __future__ import annotations

from math import prod
from typing import NoReturn

from designer.architecture import BatchNorm, Gan, Network, assemble_gan
from designer.brief import Brief
from designer.chain import Chain
from designer.errors import FieldError, InvalidRequest
from designer.limits import MAX_PARAMETERS
from designer.styles import InitialMap


def assemble_brief(brief: Brief, chain: Chain) -> Gan:
    """The networks that a brief asks for, along a chain.

    Raises:
        InvalidRequest: where the chain leaves a norm or a patch nothing to work on, or a network
            would have more parameters than are served.
    """
    if brief.initial_map is not None and chain.initial_size != brief.initial_map.size:
        _refuse_other_start(chain, brief.initial_map)
    gan = assemble_gan(
        chain,
        brief.widths,
        brief.discriminator_style,
        encoder=brief.encoder,
        ending=brief.output_activation,
    )
    for network in gan.networks.values():
        _refuse_untrainable(network)
    _refuse_too_large(*gan.networks.values())
    return gan


def _refuse_other_start(chain: Chain, given: InitialMap) -> NoReturn:
    facts: dict[str, object] = {"chain": list(chain.initial_size), "initial_map": list(given.size)}
    detail = (
        f"the windows lead from {list(chain.initial_size)} to {list(chain.target)}, and the given"
        f" map is {list(given.size)}"
    )
    raise InvalidRequest(
        [FieldError(pointer="/chain", code="contradiction", detail=detail, facts=facts)]
    )


def _refuse_untrainable(network: Network) -> None:
    """A batch norm of single positions cannot be trained with one sample: torch refuses it."""
    for placed in network.placed:
        if isinstance(placed.module, BatchNorm) and prod(placed.before.size) == 1:
            detail = (
                f"the {network.class_name.lower()} has a map of a single position,"
                f" {placed.before}: batch norm cannot be trained there with a batch of one"
            )
            facts: dict[str, object] = {
                "shape": list(placed.before.shape),
                "normalization": "batch",
            }
            pointer = "/search/initial_size"
            error = FieldError(
                pointer=pointer, code="norm_of_one_position", detail=detail, facts=facts
            )
            raise InvalidRequest([error])


def _refuse_too_large(*networks: Network) -> None:
    errors = [
        FieldError(
            pointer="",
            code="too_many_parameters",
            detail=f"the {network.class_name.lower()} would have {network.parameters} parameters,"
            f" at most {MAX_PARAMETERS} are served",
            facts={"parameters": network.parameters, "maximum": MAX_PARAMETERS},
        )
        for network in networks
        if network.parameters > MAX_PARAMETERS
    ]
    if errors:
        raise InvalidRequest(errors[:1])
