"""A trial as a job: its request with the id of its design, and a row for each seed."""

from __future__ import annotations

from dataclasses import dataclass

from designer.pipeline.trial import Trial, make_trial, trial_request_document
from designer.pipeline.trial.pictures import DataSet
from designer.validation.json_readers import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSeeds:
    """The rows of a trial: its request, and the seed of each."""

    document: JsonObject

    def __len__(self) -> int:
        seeds = self.document["seeds"]
        assert isinstance(seeds, int), seeds
        return seeds

    def row(self, index: int) -> JsonObject:
        """The request of a row, as JSON.

        >>> TrialSeeds(document={"design": "1…", "data": "digits", "seeds": 3, "steps": 9}).row(1)
        {'design': '1…', 'data': 'digits', 'seeds': 3, 'steps': 9, 'seed': 1}
        """
        return self.document | {"seed": index}


def trial_seeds(trial: Trial) -> TrialSeeds:
    """The rows of a validated trial."""
    return TrialSeeds(document=trial_request_document(trial))


def trial_of_row(document: JsonValue) -> tuple[Trial, int]:
    """The trial of a row, and the seed."""
    trial = make_trial(
        document["design"],
        DataSet(document["data"]),
        seeds=document["seeds"],
        steps=document["steps"],
    )
    return trial, document["seed"]
