"""The request of a trial: a design, its pictures, and how often and how long it is fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from designer.brief.brief_json import brief_from_document
from designer.brief.fields import Field, Kind, named_fields
from designer.brief.model import Brief
from designer.brief.permalink import write_id
from designer.errors import InvalidRequest
from designer.networks import Gan
from designer.pipeline.make_design import recall_gan
from designer.pipeline.solve_brief import fit_widths, solve_brief
from designer.pipeline.trial.cost import TrialCost, predict_cost, refuse_expensive
from designer.pipeline.trial.folder import folder_pictures
from designer.pipeline.trial.limits import DEFAULT_SEEDS, DEFAULT_STEPS, MAX_SEEDS, MAX_STEPS
from designer.pipeline.trial.pictures import DataSet, PictureSet
from designer.source import PythonSource, render_source
from designer.validation.json_readers import (
    JsonObject,
    read_choice,
    read_integer,
    read_object,
    refuse_field,
)

TRIAL_REQUEST = named_fields(
    data=Field(
        Kind.CHOICE,
        "The fixed pictures: handwritten digits, crops of photographs, or strokes drawn at the size"
        " of the design, which alone go with one and three axes.",
        choices=DataSet,
        default=DataSet.DIGITS,
    ),
    seeds=Field(
        Kind.INTEGER,
        "How often the networks are fitted, from other initial weights each time.",
        high=MAX_SEEDS,
        default=DEFAULT_SEEDS,
    ),
    steps=Field(
        Kind.INTEGER, "Number of steps of each fit.", high=MAX_STEPS, default=DEFAULT_STEPS
    ),
)
"""The fields of the request besides the design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Networks and their text, fixed pictures, the number of seeds and the steps of each fit.

    Raises:
        TrialTooExpensive: if a seed is predicted to exceed a limit.
    """

    design_id: str
    gan: Gan
    source: PythonSource
    pictures: PictureSet
    seeds: int
    steps: int

    def __post_init__(self) -> None:
        assert 1 <= self.seeds <= MAX_SEEDS, self.seeds
        assert 1 <= self.steps <= MAX_STEPS, self.steps
        refuse_expensive(self.cost, steps=self.steps)

    @property
    def cost(self) -> TrialCost:
        """The predicted cost of one seed."""
        return predict_cost(self.gan, pictures=self.pictures.count, steps=self.steps)


def make_trial(
    design_id: str,
    data: DataSet | Path = DataSet.DIGITS,
    *,
    seeds: int = DEFAULT_SEEDS,
    steps: int = DEFAULT_STEPS,
) -> Trial:
    """The trial of a design on packaged pictures, or on those of a folder.

    >>> from designer import design
    >>> trial = make_trial(design(28, channels=1, verify="none").id, DataSet.GLYPHS, seeds=2)
    >>> trial.pictures.count, trial.cost.multiply_adds
    (32, 278095462400)

    Raises:
        InvalidRequest: for other numbers, pictures of another number of axes, or a design with skips.
        PicturesUnusable: if the pictures of the folder cannot be taken.
        TrialTooExpensive: if a seed is predicted to exceed a limit.
        DamagedId: if the id was altered or truncated.
        UnknownIdVersion: if another release wrote it.
    """
    read_integer(seeds, pointer="/seeds", low=1, high=MAX_SEEDS)
    read_integer(steps, pointer="/steps", low=1, high=MAX_STEPS)
    gan = recall_gan(design_id)
    if gan.widths.joins_arms:
        refuse_field("/design", "contradiction", sentence="trial_of_skips")
    picture = gan.generator.output_map
    pictures = folder_pictures(data, picture) if isinstance(data, Path) else data.pictures(picture)
    return Trial(
        design_id=design_id,
        gan=gan,
        source=render_source(gan),
        pictures=pictures,
        seeds=seeds,
        steps=steps,
    )


def read_trial_request(value: object) -> Trial:
    """The trial that a JSON object describes: ``design`` is an id or a brief, which is solved.

    >>> read_trial_request({"design": {"resolution": 28, "channels": 1}, "steps": 50}).seeds
    3

    Raises:
        InvalidRequest: for unknown fields, and values of other types or outside the limits.
        DesignerError: if the design is refused, or too expensive.
    """
    known = ("design", *(row.name for row in TRIAL_REQUEST))
    document = read_object(value, pointer="", known=known, required=("design",))
    given = {name: document[name] for name in known if document.get(name) is not None}
    data = read_choice(given.get("data", DataSet.DIGITS), DataSet, pointer="/data")
    seeds = read_integer(given.get("seeds", DEFAULT_SEEDS), pointer="/seeds", low=1, high=MAX_SEEDS)
    steps = read_integer(given.get("steps", DEFAULT_STEPS), pointer="/steps", low=1, high=MAX_STEPS)
    return make_trial(_read_design_id(given["design"]), data, seeds=seeds, steps=steps)


def solved_id(brief: Brief) -> str:
    """The id of the design of a brief, which is solved; nothing is verified.

    Raises:
        NoChain: if no chain fits the brief.
    """
    fitted = fit_widths(brief)
    return write_id(fitted, solve_brief(fitted).chain)


def _read_design_id(value: object) -> str:
    return value if isinstance(value, str) else solved_id(_read_brief(value))


def _read_brief(value: object) -> Brief:
    """The brief inside the request, with pointers into the request.

    Raises:
        InvalidRequest: if the brief is invalid.
    """
    try:
        return brief_from_document(value)
    except InvalidRequest as refusal:
        raise InvalidRequest(
            [replace(error, pointer=f"/design{error.pointer}") for error in refusal.errors]
        ) from refusal


def trial_request_document(trial: Trial) -> JsonObject:
    """The request of a trial on packaged pictures, with the id of its design."""
    return {
        "design": trial.design_id,
        "data": trial.pictures.name,
        "seeds": trial.seeds,
        "steps": trial.steps,
    }
