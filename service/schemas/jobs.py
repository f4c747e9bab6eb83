"""Schemas of sweep requests, jobs and rows."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.brief_json import BRIEF_FIELDS
from designer.brief.model import Level
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.jobs.job import JobKind, JobState
from service.jobs.sweep_request import MAX_ROWS
from service.schemas.brief import BriefSchema
from service.schemas.design import COUNT, SIZE, TEXT
from service.schemas.fields import Documented, described

MOMENT = {"type": "string", "format": "date-time"}


class SweepSchema(ma.Schema):
    """Many designs: a list of briefs, or a grid with a list of values per field."""

    designs = ma.fields.List(
        ma.fields.Nested(BriefSchema),
        allow_none=True,
        validate=ma.validate.Length(min=1, max=MAX_ROWS),
        **described("The briefs, one per row.", load_default=None),
    )
    grid = Documented(
        {
            "type": "object",
            "properties": {name: list_of({}, 1, MAX_ROWS) for name in BRIEF_FIELDS},
            "required": ["resolution"],
            "additionalProperties": False,
        },
        **described(
            "Values for fields of a brief. Every combination is a row, with the last field changing"
            f" fastest; at most {MAX_ROWS:,} rows.",
            load_default=None,
        ),
    )
    verify = Documented(
        choice(*Level, title="Level"),
        **described("`verify` of the briefs without this field.", load_default="standard"),
    )

    def load(self, data: object, **_: object) -> object:
        """The unchanged body, which the library parses row by row."""
        return data


class JobLinksSchema(ma.Schema):
    """Paths of the parts of the job."""

    self = Documented(TEXT, required=True)
    events = Documented(TEXT, required=True)
    result = Documented(TEXT, required=True)


class JobSchema(ma.Schema):
    """The state of a job."""

    id = Documented(TEXT, required=True)
    kind = Documented(
        choice(*JobKind),
        **described(
            "`sweep`: rows. `design`: one design, as `/v1/designs` returns it.", required=True
        ),
    )
    state = Documented(
        choice(*JobState),
        **described(
            "A sweep succeeds once every row is finished, with figures or a problem; the job of one"
            " design fails if the design does.",
            required=True,
        ),
    )
    done = Documented(COUNT, **described("Number of finished rows.", required=True))
    total = Documented(integer(1), **described("Total number of rows.", required=True))
    failed = Documented(COUNT, **described("Number of rows with a problem.", required=True))
    created_at = Documented(MOMENT, required=True)
    started_at = Documented(nullable(MOMENT), required=True)
    finished_at = Documented(nullable(MOMENT), required=True)
    expires_at = Documented(
        MOMENT, **described("When the job and its rows are deleted.", required=True)
    )
    links = ma.fields.Nested(JobLinksSchema, required=True)


class FiguresSchema(ma.Schema):
    """The cost of a network."""

    parameters = Documented(COUNT, required=True)
    multiply_adds = Documented(COUNT, required=True)
    activation_bytes = Documented(COUNT, required=True)


class SweepRowSchema(ma.Schema):
    """One design of a sweep: its figures and verdict, or its problem."""

    index = Documented(COUNT, **described("Position of the row in the request.", required=True))
    id = Documented(nullable(TEXT), **described("Id of the design.", required=True))
    resolution = Documented(
        {}, **described("As in the request if the row has a problem.", required=True)
    )
    latent_dim = Documented({}, required=True)
    sizes = Documented(nullable(list_of(SIZE, 2)), required=True)
    departure = Documented(nullable(COUNT), required=True)
    count = Documented(
        nullable(COUNT), **described("Number of chains in its search space.", required=True)
    )
    generator = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    discriminator = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    encoder = ma.fields.Nested(FiguresSchema, required=True, allow_none=True)
    source_sha256 = Documented(nullable(TEXT), required=True)
    verdict = Documented(nullable(choice("verified", "refuted", "not_run")), required=True)
    problem = Documented(
        nullable({"$ref": "#/components/schemas/Problem"}),
        **described("The problem that `/v1/designs` would return.", required=True),
    )
