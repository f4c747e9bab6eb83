"""Examples of requests in the OpenAPI document, by name; tests send each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_EXAMPLES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("examples.yaml").read_text(encoding="utf-8")
)

BRIEF_EXAMPLES = _EXAMPLES["briefs"]
CHAIN_EXAMPLES = _EXAMPLES["chains"]
LAYER_EXAMPLES = _EXAMPLES["layers"]
SOLVE_EXAMPLES = _EXAMPLES["windows"]
AUDIT_EXAMPLES = _EXAMPLES["audits"]
SWEEP_EXAMPLES = _EXAMPLES["sweeps"]
TRIAL_EXAMPLES = _EXAMPLES["trials"]
