"""Bounds of a trial, and what every trial has in common."""

from __future__ import annotations

MAX_SEEDS = 10
"""Maximum number of seeds."""

MAX_STEPS = 2_000
"""Maximum number of steps of a fit."""

DEFAULT_SEEDS = 3
DEFAULT_STEPS = 200

PAIRS = 32
"""Number of fixed pictures, each with a latent vector of its own."""

MIN_PICTURES = 16
"""Least number of pictures in a folder: batch norm and the two sets need some."""

LEARNING_RATE = 4e-4
"""Learning rate of the first step; it falls to zero along half a cosine."""

CURVE_POINTS = 50
"""Maximum number of points of a curve, the one after the last step included."""

JACOBIAN_LATENTS = 4
"""Number of latent vectors at which the Jacobian is computed."""

MAX_DIRECTIONS = 128
"""Longest input whose whole Jacobian is computed; of a longer one, this many directions are."""

MAX_TRIAL_MULTIPLY_ADDS = 5 * 10**12
"""Maximum of the multiply-adds that a seed is predicted to take: some minutes on one processor."""

MAX_TRIAL_BYTES = 2 * 2**30
"""Maximum of the bytes that a seed is predicted to take besides Python and torch."""
