"""What the OpenAPI document shows of designs: briefs that work, headers, the id."""

from __future__ import annotations

from typing import Any

BRIEFS: dict[str, Any] = {
    "dcgan": {
        "summary": "The DCGAN of the paper",
        "value": {"resolution": 64, "latent_dim": 100},
    },
    "not_square": {
        "summary": "Pictures of faces, 218 high and 178 wide, with narrow networks",
        "value": {"resolution": [218, 178], "latent_dim": 128, "base_channels": 32},
    },
    "exact": {
        "summary": "Every layer multiplies its input exactly, within a budget",
        "value": {
            "resolution": 96,
            "latent_dim": 64,
            "search": {"exact": "require", "overlap": "even", "output_padding": False},
            "budget": {"parameters": 5_000_000},
        },
    },
    "own_chain": {
        "summary": "A chain that the caller wrote down: no search is made",
        "value": {
            "resolution": 28,
            "latent_dim": 64,
            "chain": [
                {"kernel_size": 4, "stride": 2, "padding": 1},
                {"kernel_size": 4, "stride": 2, "padding": 1},
            ],
        },
    },
    "sound": {
        "summary": "A signal of 16,384 samples on one axis, not run",
        "value": {
            "resolution": [16384],
            "latent_dim": 100,
            "channels": 1,
            "base_channels": 8,
            "verify": "none",
        },
    },
}
"""Briefs by name; tests send every one of them."""


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


DESIGN_HEADERS: dict[str, Any] = {
    "Content-Location": _header("The path that names what was answered, for ever."),
    "ETag": _header(
        "Strong and the same on every replica: versions of the machine are left out of it."
    ),
    "Cache-Control": _header("For ever under an id; an hour for a brief."),
    "Server-Timing": _header("Milliseconds of each stage: solve, assemble, render, verify."),
    "X-Request-ID": _header("The request's own id, or one made for it."),
}

ID_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "design_id",
    "description": "A design's `id`: it holds the brief and the chosen windows.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 2000},
    "example": "1i9tRKcOaA3QVUKiJiBsgM7xtJC0A9hyD3yDo",
}
