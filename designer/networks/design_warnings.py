"""What to know about a design before it is used: a mute start, a chain that holds at one size."""

from __future__ import annotations

from designer.networks.decoder_sizes import fixed_length_reason, has_fixed_length
from designer.networks.gan import Gan
from designer.networks.start_warnings import start_warnings
from designer.reasons import Reason, make_reason


def design_warnings(gan: Gan) -> tuple[Reason, ...]:
    """The warnings about a design.

    >>> from designer.brief.model import Brief
    >>> from designer.brief.options import InitialMap
    >>> from designer.chains import solve_chain
    >>> from designer.networks.from_brief import assemble_networks
    >>> brief = Brief(resolution=(30,), initial_map=InitialMap(channels=8, size=(7,)))
    >>> chain = solve_chain((30,), space=brief.space, widths=brief.widths).chain
    >>> [warning.code for warning in design_warnings(assemble_networks(brief, chain))]
    ['fixed_length']
    """
    if not has_fixed_length(gan):
        return start_warnings(gan)
    return (*start_warnings(gan), make_reason("fixed_length", reason=fixed_length_reason(gan)))
