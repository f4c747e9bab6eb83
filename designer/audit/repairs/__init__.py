"""Search for repairs: the smallest edits after which a network fits."""
