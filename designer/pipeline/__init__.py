"""The pipeline from a brief to a verified design, and its responses as JSON."""
