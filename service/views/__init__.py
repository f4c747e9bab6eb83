"""The views, one file per resource: each loads, calls and dumps."""
