"""The tree of refusals: what the caller's numbers can run into.

    DesignerError          the caller's numbers; never a bug of ours
    ├── InvalidRequest     a request that is malformed or outside a limit, field by field
    ├── InvalidLayer       a window or layer that torch would refuse, or an empty map
    ├── NoChain            no chain of layers leads from the start to the target
    ├── DamagedId          a design's id that was altered or cut
    ├── UnknownIdVersion   a design's id that another release wrote
    ├── SearchTooLarge     the search would visit more states than the bound allows
    ├── NoNetwork          a part of a design that it does not have
    ├── TooLarge           a form or a picture that is too large to list or to draw
    └── Accident           what was asked is fine, but it could not be run now
        ├── ProbeFailed    the verifying process crashed, ran out of time or of memory
        └── Overloaded     the queue of the verifying processes is full

Every refusal has a stable ``code`` for programs, a sentence for people and ``facts``, the numbers
in the sentence, for both. A bug of ours is an AssertionError and never one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

MAX_ERRORS = 32
"""Most errors that one refusal lists."""


class DesignerError(ValueError):
    """A refusal that names its numbers.

    >>> error = DesignerError("a kernel of 5 px does not fit", kernel_size=5)
    >>> error.code, str(error), error.facts
    ('refused', 'a kernel of 5 px does not fit', {'kernel_size': 5})
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field of a request.

    ``pointer`` is a JSON pointer (RFC 6901) into the request: ``/search/strides/0``; the empty
    pointer is the whole request.
    """

    pointer: str
    code: str
    detail: str
    facts: dict[str, object] = field(default_factory=dict)


class InvalidRequest(DesignerError):
    """A request with one or more fields that cannot be served.

    ``code`` and ``facts`` are those of the one wrong field, or ``invalid_request`` and no facts
    where several fields are wrong; ``errors`` lists them, the first ``MAX_ERRORS`` where there are
    more: a refusal is never much longer than what it refuses.

    >>> wrong = FieldError(
    ...     pointer="/latent_dim", code="out_of_range",
    ...     detail="latent_dim must be 1 to 65536, got 0", facts={"value": 0},
    ... )
    >>> InvalidRequest([wrong]).code
    'out_of_range'
    """

    def __init__(self, errors: Sequence[FieldError]) -> None:
        assert errors, "a refusal names at least one field"
        unlisted = len(errors) - MAX_ERRORS
        self.errors = tuple(errors[:MAX_ERRORS])
        more = f"; and {unlisted} errors more" * (unlisted > 0)
        super().__init__("; ".join(error.detail for error in self.errors) + more)
        single = len(self.errors) == 1
        self.code = self.errors[0].code if single else "invalid_request"  # type: ignore[misc]
        self.facts = dict(self.errors[0].facts) if single else {}


class InvalidLayer(DesignerError):
    """A window or layer that torch would refuse, or one that leaves an empty map."""

    code = "illegal_layer"


class NoChain(DesignerError):
    """No chain of layers leads from the start to the target within the search space."""

    code = "no_chain"


class DamagedId(DesignerError):
    """A design's id that was altered or cut."""

    code = "damaged_id"


class UnknownIdVersion(DesignerError):
    """A design's id whose version this release does not know."""

    code = "unknown_id_version"


class SearchTooLarge(DesignerError):
    """The search would visit more states than the bound allows."""

    code = "search_too_large"


class NoNetwork(DesignerError):
    """A part of a design that it does not have: a discriminator where the brief asked for none."""

    code = "no_such_network"


class TooLarge(DesignerError):
    """A form or a picture of a layer that is too large to list, to draw or to run."""

    code = "too_large"


class Accident(DesignerError):
    """What was asked is fine, but it could not be run now; asking again may succeed."""

    code = "accident"


class ProbeFailed(Accident):
    """The verifying process crashed, ran out of time or of memory."""

    code = "probe_failed"


class Overloaded(Accident):
    """The queue of the verifying processes is full."""

    code = "overloaded"
