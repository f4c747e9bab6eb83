"""How the weights of the networks are initialized: the values of a brief's ``initialization``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from designer.brief.fields import Field, Kind, fields_of
from designer.brief.options import DiscriminatorStyle, Normalization
from designer.validation.field_validators import field_error, refuse, shown_value


class Initialization(StrEnum):
    """Distribution of the weights that ``weights_init`` draws."""

    DCGAN = "dcgan"
    """N(0, 0.02) for every layer, as in DCGAN."""
    VARIANCE = "variance"
    """A variance by the fan-in of each layer: a map's second moment is that of the map before it."""

    @classmethod
    def default(cls, normalization: Normalization) -> Initialization:
        """``dcgan`` where a norm sets the scale of every map or weight, else ``variance``.

        >>> [str(Initialization.default(norm)) for norm in (Normalization.GROUP, Normalization.NONE)]
        ['dcgan', 'variance']
        """
        return cls.DCGAN if normalization.sets_scale else cls.VARIANCE


def _by_norm(*, excluded: Normalization) -> tuple[tuple[str, str], ...]:
    """The default of each norm but one that the network cannot have."""
    norms = (norm for norm in Normalization if norm is not excluded)
    return tuple((str(norm), str(Initialization.default(norm))) for norm in norms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initializations:
    """The initialization of each network. None: by its norm, or no network.

    >>> Initializations(generator="variance").generator
    <Initialization.VARIANCE: 'variance'>

    Raises:
        InvalidRequest: for another value.
    """

    generator: Initialization | None = Field(
        Kind.CHOICE,
        "Initialization of the generator and of the encoder.",
        choices=Initialization,
        computed="`dcgan` with norms, else `variance`",
        default_by=(("normalization",), _by_norm(excluded=Normalization.SPECTRAL)),
        option="generator_initialization",
        page="generator",
        wide=True,
    ).with_default(None)
    discriminator: Initialization | None = Field(
        Kind.CHOICE,
        "Initialization of the discriminator.",
        choices=Initialization,
        if_null="`dcgan` with norms or spectral norm, else `variance`",
        default_by=(
            ("discriminator_normalization",),
            _by_norm(excluded=Normalization.CONDITIONAL_BATCH),
        ),
        option="discriminator_initialization",
        page="discriminator",
        wide=True,
    ).with_default(None)

    def __post_init__(self) -> None:
        choices = [str(choice) for choice in Initialization]
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        refuse(
            [
                field_error(
                    f"/initialization/{name}",
                    "not_a_choice",
                    {"choices": choices, "got": shown_value(value)},
                )
                for name, value in values.items()
                if value is not None and value not in choices
            ]
        )
        for name, value in values.items():
            object.__setattr__(self, name, None if value is None else Initialization(value))

    @classmethod
    def complete(
        cls,
        given: Initializations | Initialization | None,
        normalization: Normalization,
        style: DiscriminatorStyle | None,
    ) -> Initializations:
        """The initializations of a generator with this norm and of a discriminator, if there is one.

        One initialization is that of both; a missing one follows from the norm.
        """
        if given is None:
            given = cls()
        elif not isinstance(given, Initializations):
            given = cls(generator=given, discriminator=given)
        generator = given.generator or Initialization.default(normalization)
        if style is None:
            return cls(generator=generator)
        discriminator = given.discriminator or Initialization.default(style.normalization)
        return cls(generator=generator, discriminator=discriminator)

    def of(self, role: str) -> Initialization | None:
        """That of a network by its role; the encoder has the generator's."""
        return self.discriminator if role == "discriminator" else self.generator


INITIALIZATION = Field(
    Kind.OBJECT,
    "What `weights_init` draws: `dcgan`, N(0, 0.02), or `variance`, by the fan-in of each layer.",
    object_type=Initializations,
    fields=fields_of(Initializations),
    shorthand=Initialization,
    computed="by the norms of each network",
)
"""The field of a brief."""

DCGAN_INITIALIZATIONS = Initializations(
    generator=Initialization.DCGAN, discriminator=Initialization.DCGAN
)
"""N(0, 0.02) for all networks."""
