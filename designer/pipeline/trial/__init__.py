"""Trials: how fast the networks of a design fit fixed pictures, over several seeds.

request, limits     what a trial runs, read from JSON; bounds on it
cost                the predicted cost, and the refusal of expensive trials
pictures, folder    the fixed pictures: packaged, drawn, or of a folder
run                 what the trainer gets, and one seed of a trial
answer              the runs of all seeds as one document
"""

from designer.pipeline.trial.answer import SUMMARY, merge_documents, trial_document
from designer.pipeline.trial.cost import TrialCost, predict_cost
from designer.pipeline.trial.pictures import DataSet, PictureSet
from designer.pipeline.trial.request import (
    TRIAL_REQUEST,
    Trial,
    make_trial,
    read_trial_request,
    solved_id,
    trial_request_document,
)
from designer.pipeline.trial.run import run_seed, run_trial_seeds

__all__ = [
    "SUMMARY",
    "TRIAL_REQUEST",
    "DataSet",
    "PictureSet",
    "Trial",
    "TrialCost",
    "make_trial",
    "merge_documents",
    "predict_cost",
    "read_trial_request",
    "run_seed",
    "run_trial_seeds",
    "solved_id",
    "trial_document",
    "trial_request_document",
]
