"""The bounds of what is served, in one place; requests, the library and the docs read them here."""

from __future__ import annotations

MIN_SIDE = 4
"""Smallest side of a picture, in pixels."""

MAX_SIDE = 16_384
"""Largest side of a picture on two and three axes, in pixels."""

MAX_SIGNAL_LENGTH = 1_048_576
"""Largest side of a signal on one axis, in samples."""

MAX_ELEMENTS = 2**30
"""Most numbers in one picture, channels included."""

MAX_LATENT_DIM = 65_536
"""Longest latent vector."""

MAX_CHANNELS = 4_096
"""Most channels of a picture."""

MAX_WIDTH = 65_536
"""Most channels of an inner map: the bound of base_channels and max_channels."""

MAX_CLASSES = 65_536
"""Most classes."""

MAX_PATCH = 65_536
"""Largest receptive field of a patch discriminator, in pixels."""

MAX_LAYERS = 64
"""Most layers of a chain that a caller writes down himself, and of ``max_layers``."""

MAX_PARAMETERS = 10**9
"""Most parameters of one network."""

MAX_SEARCH_ENTRIES = 64
"""Most entries of a search list."""

MAX_SEARCH_VALUE = 256
"""Largest kernel size, stride or dilation in a search list."""

MAX_REQUEST_BYTES = 2**20
"""Largest request body."""

MAX_WINDOW_VALUE = 65_536
"""Largest kernel size, stride, padding, dilation or output padding of a single layer."""

MAX_MATRIX_ENTRIES = 2**17
"""Most entries of a layer's matrix that are listed."""

MAX_CONTRIBUTIONS = 2**20
"""Most positions of a map whose contributions are listed."""

MAX_PHASES = 4_096
"""Most phases of a layer that are listed."""

MAX_SOLUTIONS = 16_384
"""Most solutions along one axis that are listed."""

MAX_SEARCH_STEPS = 1_000_000
"""Most steps (layers considered at a size) that one search may look at."""

MAX_BUDGET = 2**63 - 1
"""Largest budget of parameters or multiply-adds."""

MAX_DRAWN_SIDE = 320
"""Most cells along one side of a drawn map or matrix."""

MAX_DRAWN_CELLS = 50_000
"""Most cells of all maps in one picture."""

MAX_PROOF_MULTIPLY_ADDS = 10**8
"""Most multiply-adds of the direct form of a layer that is proven in torch."""

MAX_PROOF_ELEMENTS = 2**22
"""Most numbers of its padded map."""

MAX_CHAINS = 200
"""Most chains in one page."""

MAX_AUDIT_LAYERS = 256
"""Most layers of a network that is audited."""

MAX_AUDIT_SOURCE = 200_000
"""Longest source that is read, in characters."""

MAX_AUDIT_BATCH = 65_536
"""Largest batch that an audit is asked about."""

MAX_ERROR_TEXT = 10_000
"""Longest error message that an audit is given."""
