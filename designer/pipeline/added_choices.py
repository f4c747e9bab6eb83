"""What the default lists of a search space have beside them for the factor of a decoder."""

from __future__ import annotations

from designer.brief.model import Brief
from designer.brief.search_space import SearchSpace
from designer.reasons import Reason


def added_choices(brief: Brief) -> tuple[Reason, ...]:
    """The reason for the strides and kernels that stand beside the default ones, if any do.

    >>> from designer.brief.options import InitialMap
    >>> decoder = Brief(factor=(22,), initial_map=InitialMap(channels=80))
    >>> [reason.sentence for reason in added_choices(decoder)]
    ['The factor 22 has primes that the default strides lack: added 11, with kernel sizes 66.']
    """
    space, plain = brief.space, SearchSpace.default(axes=brief.axes)
    extended = SearchSpace.default(
        axes=brief.axes,
        anisotropic=space.anisotropic,
        factor=brief.growth,
        output_padding=space.output_padding,
    )
    strides = sorted({*extended.strides} - {*plain.strides, 1})
    if not strides or space.strides != extended.strides:
        return ()
    facts = {"factor": list(brief.growth), "strides": strides}
    if space.kernel_sizes != extended.kernel_sizes:
        return (Reason(code="strides_added", facts=facts),)
    kernel_sizes = sorted({*extended.kernel_sizes} - {*plain.kernel_sizes})
    return (Reason(code="strides_and_kernels_added", facts=facts | {"kernel_sizes": kernel_sizes}),)
