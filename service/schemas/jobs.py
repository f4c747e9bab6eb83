"""Schemas of sweep requests, jobs and rows."""

from __future__ import annotations

import marshmallow as ma

from designer.brief.brief_json import BRIEF_FIELDS
from designer.brief.options import Level
from designer.validation.json_schema import choice, integer, list_of, nullable
from service.jobs.job import JobKind, JobState
from service.jobs.sweep_request import MAX_ROWS
from service.schemas.brief import BriefSchema
from service.schemas.design import COUNT, SIZE, TEXT
from service.schemas.fields import Answer, AnswerObject, Documented

MOMENT = {"type": "string", "format": "date-time"}


class SweepSchema(ma.Schema):
    """Many designs: a list of briefs, or a grid with a list of values per field."""

    designs = ma.fields.List(
        ma.fields.Nested(BriefSchema),
        allow_none=True,
        validate=ma.validate.Length(min=1, max=MAX_ROWS),
        load_default=None,
        metadata={"description": "The briefs, one per row."},
    )
    grid = Documented(
        {
            "type": "object",
            "properties": {name: list_of({}, 1, MAX_ROWS) for name in BRIEF_FIELDS},
            "anyOf": [
                {"properties": {name: {}}, "required": [name]} for name in ("resolution", "factor")
            ],
            "additionalProperties": False,
        },
        "Values for fields of a brief. Every combination is a row, with the last field changing"
        f" fastest; at most {MAX_ROWS:,} rows. It has a `resolution` or a `factor`.",
        load_default=None,
    )
    verify = Documented(
        choice(*Level, title="Level"),
        "`verify` of the briefs without this field.",
        load_default="standard",
    )

    def load(self, data: object, **_: object) -> object:
        """The unchanged body, which the library parses row by row."""
        return data


class JobLinksSchema(ma.Schema):
    """Paths of the parts of the job."""

    self = Answer(TEXT)
    events = Answer(TEXT)
    result = Answer(TEXT)


class JobSchema(ma.Schema):
    """The state of a job."""

    id = Answer(TEXT)
    kind = Answer(
        choice(*JobKind),
        "`sweep`: rows. `design`: one design, as `/v1/designs` returns it. `trial`: a row per seed.",
    )
    state = Answer(
        choice(*JobState),
        "A sweep succeeds once every row is finished, with figures or a problem; the job of one"
        " design fails if the design does, a trial if one of its seeds does.",
    )
    done = Answer(COUNT, "Number of finished rows.")
    total = Answer(integer(1), "Total number of rows.")
    failed = Answer(COUNT, "Number of rows with a problem.")
    created_at = Answer(MOMENT)
    started_at = Answer(nullable(MOMENT))
    finished_at = Answer(nullable(MOMENT))
    expires_at = Answer(MOMENT, "When the job and its rows are deleted.")
    links = AnswerObject(JobLinksSchema)


class FiguresSchema(ma.Schema):
    """The cost of a network."""

    parameters = Answer(COUNT)
    multiply_adds = Answer(COUNT)
    activation_bytes = Answer(COUNT)


class SweepRowSchema(ma.Schema):
    """One design of a sweep: its figures and verdict, or its problem."""

    index = Answer(COUNT, "Position of the row in the request.")
    id = Answer(nullable(TEXT), "Id of the design.")
    resolution = Answer({}, "As in the request if the row has a problem.")
    latent_dim = Answer({})
    sizes = Answer(nullable(list_of(SIZE, 2)))
    departure = Answer(nullable(COUNT))
    count = Answer(nullable(COUNT), "Number of chains in its search space.")
    generator = AnswerObject(FiguresSchema, or_null=True)
    discriminator = AnswerObject(FiguresSchema, or_null=True)
    encoder = AnswerObject(FiguresSchema, or_null=True)
    source_sha256 = Answer(nullable(TEXT))
    verdict = Answer(nullable(choice("verified", "refuted", "not_run")))
    problem = Answer(
        nullable({"$ref": "#/components/schemas/Problem"}),
        "The problem that `/v1/designs` would return.",
    )
