"""Schemas of a brief, the request of `/v1/designs`, as a body and as a query string."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.brief_json import brief_from_document
from designer.brief.model import Brief, Level
from designer.brief.options import Normalization, Output, OutputActivation
from designer.brief.search_space import Exact, Overlap
from designer.geometry.resampling import Upsampling
from designer.limits import (
    MAX_CHANNELS,
    MAX_CLASSES,
    MAX_LATENT_DIM,
    MAX_LAYERS,
    MAX_PATCH,
    MAX_SEARCH_ENTRIES,
    MAX_SEARCH_VALUE,
    MAX_SIDE,
    MAX_SIGNAL_LENGTH,
    MAX_WIDTH,
    MIN_SIDE,
)
from designer.validation.field_validators import check_known_fields, refuse
from service.http.request_reader import read_scalar, read_sizes
from service.schemas.fields import (
    Documented,
    choice,
    described,
    integer,
    list_of,
    nullable,
    per_axis,
)

SIDE = integer(MIN_SIDE, MAX_SIGNAL_LENGTH)
CHOICES = list_of(integer(1, MAX_SEARCH_VALUE), 1, MAX_SEARCH_ENTRIES)


GENERATOR_NORMS = [kind for kind in Normalization if kind is not Normalization.SPECTRAL]


class WindowSchema(ma.Schema):
    """The window of one layer; every field is one value per axis, or one for all axes."""

    kernel_size = Documented(per_axis(integer(1, MAX_SEARCH_VALUE)), required=True)
    stride = Documented(per_axis(integer(1, MAX_SEARCH_VALUE)), load_default=1)
    dilation = Documented(per_axis(integer(1, MAX_SEARCH_VALUE)), load_default=1)
    padding = Documented(per_axis(integer(0)), load_default=0)
    output_padding = Documented(per_axis(integer(0)), load_default=0)


class SearchSchema(ma.Schema):
    """The search space; missing fields take the defaults in docs/solver.md."""

    kernel_sizes = Documented(CHOICES, **described("Kernel sizes F; F ≥ S in every layer."))
    strides = Documented(CHOICES, **described("Strides S."))
    dilations = Documented(CHOICES, **described("Dilations D; gcd(S, D) = 1 in every layer."))
    output_padding = Documented(
        {"type": "boolean"}, **described("Whether output padding may be used.", load_default=True)
    )
    exact = Documented(
        choice(*Exact, title="Exact"),
        **described("Requirement on the offset of every layer.", load_default="prefer"),
    )
    overlap = Documented(
        choice(*Overlap, title="Overlap"),
        **described("Requirement that S divides F in every layer.", load_default="prefer"),
    )
    initial_size = Documented(
        nullable(per_axis(integer(1, MAX_SIGNAL_LENGTH))),
        **described("Size of the initial map; null: chosen by the solver.", load_default=None),
    )
    max_layers = Documented(
        integer(1, MAX_LAYERS), **described("Maximum number of layers.", load_default=16)
    )
    anisotropic = Documented(
        {"type": "boolean"},
        **described(
            "Whether kernel sizes and strides may differ between axes.", load_default=False
        ),
    )


class BudgetSchema(ma.Schema):
    """Limits on the generator; null means no limit."""

    parameters = Documented(
        nullable(integer(1)), **described("Maximum number of parameters.", load_default=None)
    )
    multiply_adds = Documented(
        nullable(integer(1)),
        **described("Maximum multiply-adds of one sample.", load_default=None),
    )


class InitialMapSchema(ma.Schema):
    """Initial map of a decoder, given instead of a latent vector."""

    channels = Documented(integer(1, MAX_WIDTH), required=True)
    size = Documented(per_axis(integer(1, MAX_SIGNAL_LENGTH)), required=True)


class DiscriminatorSchema(ma.Schema):
    """Options of the discriminator."""

    normalization = Documented(
        choice(*Normalization, title="Normalization"),
        **described(
            "Normalization after its layers; a critic cannot have batch norm.", load_default="batch"
        ),
    )
    output = Documented(
        choice(*Output, title="Output"),
        **described("Meaning of its output.", load_default="probability"),
    )
    patch = Documented(
        nullable(integer(1, MAX_PATCH)),
        **described(
            "Receptive field of one output in pixels; null: one output per picture.",
            load_default=None,
        ),
    )
    base_channels = Documented(
        nullable(integer(1, MAX_WIDTH)),
        **described(
            "Channels of its layer next to the picture; null: as the generator.", load_default=None
        ),
    )


class ScalarSchema(ma.Schema):
    """The fields of a brief that have a scalar value."""

    dimensions = Documented(
        integer(1, 3), **described("Number of axes, for an integer `resolution`.")
    )
    latent_dim = Documented(
        integer(1, MAX_LATENT_DIM),
        **described("Length of the latent vector; required unless `initial_map` is given."),
    )
    channels = Documented(
        integer(1, MAX_CHANNELS), **described("Channels of the picture.", load_default=3)
    )
    base_channels = Documented(
        integer(1, MAX_WIDTH),
        **described(
            "Channels next to the picture; default 64, with a budget the widest that fits it."
        ),
    )
    max_channels = Documented(
        integer(1, MAX_WIDTH),
        **described("Maximum number of channels of a layer.", load_default=512),
    )
    upsampling = Documented(
        choice(*Upsampling, title="Upsampling"),
        **described("Upsampling method of the generator.", load_default="transposed"),
    )
    normalization = Documented(
        choice(*GENERATOR_NORMS, title="GeneratorNormalization"),
        **described("Normalization after the layers of the generator.", load_default="batch"),
    )
    output_activation = Documented(
        choice(*OutputActivation, title="OutputActivation"),
        **described("Activation of the generator's output.", load_default="tanh"),
    )
    encoder = Documented(
        {"type": "boolean"},
        **described("Whether to add an encoder, the mirror of the generator.", load_default=False),
    )
    classes = Documented(
        nullable(integer(2, MAX_CLASSES)),
        **described("Number of classes; null: unconditional.", load_default=None),
    )
    verify = Documented(
        choice(*Level, title="Level"),
        **described("How much the receipt checks.", load_default="standard"),
    )


class BriefSchema(ScalarSchema):
    """The request for a design."""

    resolution = Documented(
        {"oneOf": [SIDE, list_of(SIDE, 1, 3)]},
        **described(
            "Size of the picture in pixels, height before width (depth first); an integer means"
            f" the same on every axis. At most {MAX_SIDE} per side on two and three axes.",
            required=True,
        ),
    )
    initial_map = ma.fields.Nested(InitialMapSchema, allow_none=True, load_default=None)
    discriminator = ma.fields.Nested(
        DiscriminatorSchema,
        allow_none=True,
        **described(
            "Options of the discriminator; null: none. Default: the one of DCGAN, or none with an"
            " `initial_map`."
        ),
    )
    search = ma.fields.Nested(SearchSchema, allow_none=True, load_default=None)
    chain = ma.fields.List(
        ma.fields.Nested(WindowSchema),
        allow_none=True,
        validate=ma.validate.Length(min=1, max=MAX_LAYERS),
        **described(
            "The windows from the initial map to the picture, instead of a search.",
            load_default=None,
        ),
    )
    budget = ma.fields.Nested(BudgetSchema, allow_none=True, load_default=None)

    def load(self, data: object, **_: object) -> Brief:
        """The brief in a JSON body, parsed by the library."""
        return brief_from_document(data)


class BriefQuerySchema(ScalarSchema):
    """The scalar fields of a brief as query parameters."""

    has_nulls = False

    latent_dim = Documented(
        integer(1, MAX_LATENT_DIM), **described("Length of the latent vector.", required=True)
    )
    resolution = Documented(
        {"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,2}$"},
        **described("Size of the picture: `96`, or `218x178` for several axes.", required=True),
    )

    def load(self, data: object, **_: object) -> Brief:
        """The brief in a query string, with digits as integers and true and false as booleans."""
        assert isinstance(data, dict), "the parser gives query strings as dicts"
        refuse(check_known_fields(data, pointer="", known=self.fields))
        document: dict[str, object] = {name: read_scalar(text) for name, text in data.items()}
        if "resolution" in data:
            document["resolution"] = read_sizes(data["resolution"])
        return brief_from_document(document)
