"""A brief for ``/v1/designs``, suggested if no small edit repairs the network."""

from __future__ import annotations

from math import prod

from designer.audit.ops.layer_errors import TensorShape
from designer.audit.trace import AuditNetwork
from designer.brief.model import Brief
from designer.errors import DesignerError
from designer.validation.json_readers import JsonObject

DEFAULT_LATENT_DIM = 100
"""Length of the latent vector if the network has none."""


def suggest_brief(network: AuditNetwork, wanted: TensorShape | None) -> JsonObject | None:
    """A brief for the picture at the larger end of the network, None if it would be invalid.

    >>> from designer.audit.ops.linear_and_reshape import LinearLayer
    >>> network = AuditNetwork(input_shape=(128,), layers=(LinearLayer(in_features=1, out_features=1),))
    >>> suggest_brief(network, (3, 96, 96))
    {'resolution': [96, 96], 'latent_dim': 128, 'channels': 3}
    """
    start = network.input_shape
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
    try:
        Brief(resolution=picture[1:], latent_dim=latent_dim, channels=picture[0])
    except DesignerError:
        return None
    return brief
