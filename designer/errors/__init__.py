"""Exceptions of the package.

    DesignerError          base class
    ├── InvalidRequest     invalid fields of a request, each with its error
    ├── NoChain            no chain from the initial size to the target within the search space
    ├── Refusal            a request that is refused with one sentence
    │   ├── InvalidLayer       a layer that torch refuses or whose output is empty
    │   ├── DamagedId          a design id that was altered or truncated
    │   ├── UnknownIdVersion   a design id of an unknown version
    │   ├── SearchTooLarge     the search exceeds its limit on steps
    │   ├── NoNetwork          a network that the design does not have
    │   ├── TooLarge           a form or picture above a size limit
    │   ├── TrialTooExpensive  a trial above a limit on predicted cost
    │   ├── PicturesUnusable   a folder whose pictures a trial cannot take
    │   ├── SourceFailed       a source that raises outside its network, or exceeds a limit
    │   └── SourceNotRun       a foreign text on a machine whose sandbox lacks a required layer
    └── Accident           a valid request that could not be served now
        ├── ProbeFailed    the verifying process crashed or exceeded its time or memory limit
        │   ├── ProbeEnded     the verifying process ended, and no limit is known to have ended it
        │   └── ProbeNotStarted    no verifying process could be started
        └── Overloaded     too many computations wait already, or one waited too long

Each has a stable ``code``, a message, and ``facts``: the numbers in the message. The message of all
but accidents is made of reasons, each with a code and facts of its own. A bug of this
package is an AssertionError, never one of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from designer.reasons import Reason, make_reason

MAX_ERRORS = 32
"""Maximum number of errors that an InvalidRequest lists."""


class DesignerError(ValueError):
    """Base class of all refusals; ``facts`` holds the numbers of the message.

    If ``reasons`` are set, the message consists of their sentences.

    >>> error = DesignerError("a kernel of 5 px does not fit", kernel_size=5)
    >>> error.code, str(error), error.facts
    ('refused', 'a kernel of 5 px does not fit', {'kernel_size': 5})
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str = "", /, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts
        self.reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons)) or super().__str__()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """An error in one field of a request.

    ``pointer`` is a JSON pointer (RFC 6901) into the request, such as ``/search/strides/0``; the
    empty pointer is the whole request. ``facts`` are those that the answer lists beside the reason.
    """

    pointer: str
    code: str
    reason: Reason
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """The error as a sentence."""
        return self.reason.sentence


class InvalidRequest(DesignerError):
    """A request with one or more invalid fields.

    ``errors`` lists at most ``MAX_ERRORS`` of them. ``code`` and ``facts`` are those of a single
    error; for several errors, ``code`` is ``invalid_request`` and ``facts`` is empty.

    >>> wrong = FieldError(
    ...     pointer="/latent_dim", code="missing_field",
    ...     reason=make_reason("missing_field", field="latent_dim"),
    ... )
    >>> InvalidRequest([wrong]).code, str(InvalidRequest([wrong]))
    ('missing_field', 'latent_dim is required')
    """

    def __init__(self, errors: Sequence[FieldError]) -> None:
        assert errors, "a refusal names at least one field"
        self.errors = tuple(errors[:MAX_ERRORS])
        self._unlisted = len(errors) - len(self.errors)
        single = len(self.errors) == 1
        super().__init__(**(self.errors[0].facts if single else {}))
        self.code = self.errors[0].code if single else "invalid_request"  # type: ignore[misc]

    def __str__(self) -> str:
        more = f"; and {self._unlisted} more errors" * (self._unlisted > 0)
        return "; ".join(error.detail for error in self.errors) + more


class NoChain(DesignerError):
    """No chain leads from the initial size to the target within the search space."""

    code = "no_chain"

    def __init__(self, reasons: Sequence[Reason], **facts: object) -> None:
        super().__init__(**facts)
        self.reasons = tuple(reasons)


class Refusal(DesignerError):
    """A refusal with one sentence: its code in ``designer.reasons``, and its facts.

    ``words`` are facts of the sentence that ``facts`` of the error does not list.
    """

    def __init__(
        self, sentence: str, words: Mapping[str, object] | None = None, /, **facts: object
    ) -> None:
        super().__init__(**facts)
        self.reasons = (make_reason(sentence, **{**facts, **(words or {})}),)


class InvalidLayer(Refusal):
    """A window or layer that torch refuses, or whose output is empty."""

    code = "illegal_layer"


class DamagedId(Refusal):
    """A design id that was altered or truncated."""

    code = "damaged_id"


class UnknownIdVersion(Refusal):
    """A design id whose version this release does not support."""

    code = "unknown_id_version"


class SearchTooLarge(Refusal):
    """The search exceeds ``MAX_SEARCH_STEPS``."""

    code = "search_too_large"


class NoNetwork(Refusal):
    """A network that the design does not have, such as a discriminator."""

    code = "no_such_network"


class TooLarge(Refusal):
    """A form or picture of a layer that is too large to list, draw or run."""

    code = "too_large"


class TrialTooExpensive(Refusal):
    """A trial that is predicted to take more multiply-adds or memory than the limit."""

    code = "trial_too_expensive"


class PicturesUnusable(Refusal):
    """A folder with too few pictures, or with one that cannot be read."""

    code = "pictures_unusable"


class SourceNotRun(Refusal):
    """A text that is not run, such as a foreign text where the sandbox lacks a required layer."""

    code = "source_not_run"


class SourceFailed(Refusal):
    """A source that is not Python, raises outside its network, or exceeds a limit while it runs."""

    code = "source_failed"


class Accident(DesignerError):
    """The request is valid but could not be served now; a retry may succeed."""

    code = "accident"


class ProbeFailed(Accident):
    """The verifying process crashed or exceeded its time or memory limit."""

    code = "probe_failed"


class ProbeEnded(ProbeFailed):
    """The verifying process ended, and no limit is known to have ended it: it may have been killed.

    Its code is that of ``ProbeFailed``: to a client, both are a verification that failed.
    """


class ProbeNotStarted(ProbeFailed):
    """No verifying process could be started, so that nothing is known about a source."""


class Overloaded(Accident):
    """Too many computations wait already, or one waited too long."""

    code = "overloaded"
