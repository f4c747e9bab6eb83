"""Sweeps as they are asked for; jobs and rows as they are answered."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.brief_json import BRIEF_FIELDS
from designer.brief.model import Level
from service.jobs.job import JobKind, JobState
from service.jobs.sweep_request import MAX_ROWS
from service.schemas.brief import BriefSchema
from service.schemas.design import COUNT, SIZE, TEXT
from service.schemas.fields import Documented, choice, described, integer, list_of, nullable

MOMENT = {"type": "string", "format": "date-time"}


class SweepSchema(ma.Schema):
    """Many designs: a list of briefs, or lists per field and with them their product."""

    designs = ma.fields.List(
        ma.fields.Nested(BriefSchema),
        allow_none=True,
        validate=ma.validate.Length(min=1, max=MAX_ROWS),
        **described("The briefs, one row each.", load_default=None),
    )
    grid = Documented(
        {
            "type": "object",
            "properties": {name: list_of({}, 1, MAX_ROWS) for name in BRIEF_FIELDS},
            "required": ["resolution"],
            "additionalProperties": False,
        },
        **described(
            "Values for each field of a brief: every combination is a row, the last field changing"
            f" fastest, at most {MAX_ROWS:,} rows.",
            load_default=None,
        ),
    )
    verify = Documented(
        choice(*Level, title="Level"),
        **described("`verify` of the briefs that do not say it.", load_default="standard"),
    )

    def load(self, data: object, **_: object) -> object:
        """The body as it is: it is read by the library, row by row, with the index of each."""
        return data


class JobLinksSchema(ma.Schema):
    """Paths of the job's parts."""

    self = Documented(TEXT, required=True)
    events = Documented(TEXT, required=True)
    result = Documented(TEXT, required=True)


class JobSchema(ma.Schema):
    """How a job stands."""

    id = Documented(TEXT, required=True)
    kind = Documented(
        choice(*JobKind),
        **described(
            "`sweep`: rows. `design`: one design, as `/v1/designs` gives it.", required=True
        ),
    )
    state = Documented(
        choice(*JobState),
        **described(
            "A sweep succeeds once every row is there, whether with figures or a problem; a job of"
            " one design fails where the design does.",
            required=True,
        ),
    )
    done = Documented(COUNT, **described("Rows that are there.", required=True))
    total = Documented(integer(1), **described("Rows in all.", required=True))
    failed = Documented(COUNT, **described("Rows that are a problem.", required=True))
    created_at = Documented(MOMENT, required=True)
    started_at = Documented(nullable(MOMENT), required=True)
    finished_at = Documented(nullable(MOMENT), required=True)
    expires_at = Documented(
        MOMENT, **described("When the job and its rows are forgotten.", required=True)
    )
    links = ma.fields.Nested(JobLinksSchema, required=True)


class FiguresSchema(ma.Schema):
    """What a network costs."""

    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(COUNT, required=True)
    activation_bytes = Documented(COUNT, required=True)


class SweepRowSchema(ma.Schema):
    """One design of a sweep: its figures and verdict, or its problem."""

    index = Documented(COUNT, **described("Its place in the request.", required=True))
    id = Documented(nullable(TEXT), **described("The design's id.", required=True))
    resolution = Documented({}, **described("As asked where there is a problem.", required=True))
    latent_dim = Documented({}, required=True)
    sizes = Documented(nullable(list_of(SIZE, 2)), required=True)
    departure = Documented(nullable(COUNT), required=True)
    count = Documented(nullable(COUNT), **described("Chains in its space.", required=True))
    generator = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    discriminator = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    encoder = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    source_sha256 = Documented(nullable(TEXT), required=True)
    verdict = Documented(nullable(choice("verified", "refuted", "not_run")), required=True)
    problem = Documented(
        nullable({"$ref": "#/components/schemas/Problem"}),
        **described("What `/v1/designs` would have answered.", required=True),
    )
