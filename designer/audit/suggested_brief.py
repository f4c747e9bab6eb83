"""A brief for ``/v1/designs``, suggested if no small edit repairs the network."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from designer.audit.graph.model import GraphNode
from designer.audit.graph.resamplers import has_basis_and_resamplers
from designer.audit.ops.layer_errors import TensorShape
from designer.brief.architecture import Architecture
from designer.brief.model import Brief
from designer.brief.options import DEFAULT_LATENT_DIM
from designer.errors import DesignerError
from designer.validation.json_readers import JsonObject


def known_architecture(nodes: Sequence[GraphNode], *, is_residual: bool) -> Architecture:
    """The architecture that is most like a network; residual ones differ in what resamples maps.

    >>> str(known_architecture([], is_residual=True))
    'resnet'
    """
    if not is_residual:
        return Architecture.DCGAN
    return Architecture.R3GAN if has_basis_and_resamplers(nodes) else Architecture.RESNET


def suggest_brief(
    start: TensorShape, wanted: TensorShape | None, *, architecture: Architecture
) -> JsonObject | None:
    """A brief for the picture at the larger end of a network, None if it would be invalid.

    ``start`` is the network's input.

    >>> suggest_brief((128,), (3, 96, 96), architecture=Architecture.RESNET)
    {'resolution': [96, 96], 'latent_dim': 128, 'channels': 3, 'architecture': 'resnet'}
    """
    end = wanted or (1,)
    grows = prod(end[1:]) >= prod(start[1:]) and len(end) > 1
    picture, other = (end, start) if grows else (start, end)
    if len(picture) < 2:
        return None
    latent_dim = other[0] if grows and prod(other[1:]) == 1 else DEFAULT_LATENT_DIM
    brief: JsonObject = {
        "resolution": list(picture[1:]),
        "latent_dim": latent_dim,
        "channels": picture[0],
    }
    if architecture is not Architecture.DCGAN:
        brief["architecture"] = str(architecture)
    try:
        Brief(
            resolution=picture[1:],
            latent_dim=latent_dim,
            channels=picture[0],
            architecture=architecture,
        )
    except DesignerError:
        return None
    return brief
