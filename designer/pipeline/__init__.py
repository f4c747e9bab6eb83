"""The run from a brief to a verified design, and its answers as JSON."""
