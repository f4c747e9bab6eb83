"""Limits of requests, used by the library, the schemas and the docs."""

from __future__ import annotations

MIN_SIDE = 4
"""Minimum side of a picture, in pixels."""

MAX_SIDE = 16_384
"""Maximum side of a picture with two or three axes, in pixels."""

MAX_SIGNAL_LENGTH = 1_048_576
"""Maximum length of a signal (one axis), in samples."""

MAX_ELEMENTS = 2**30
"""Maximum number of elements of one picture: channels times sides."""

MAX_LATENT_DIM = 65_536
"""Maximum length of the latent vector."""

MAX_CHANNELS = 4_096
"""Maximum number of channels of a picture."""

MAX_WIDTH = 65_536
"""Maximum number of channels of a hidden map: of ``base_channels`` and ``max_channels``."""

MAX_CLASSES = 65_536
"""Maximum number of classes."""

MAX_PATCH = 65_536
"""Maximum receptive field of a patch discriminator, in pixels."""

MAX_BLOCKS = 8
"""Maximum number of residual blocks of a level."""

MAX_EXPANSION = 8
"""Maximum ratio of the channels inside a residual block to those of its map."""

MAX_LAYERS = 64
"""Maximum number of layers of a chain in a request, and of ``max_layers``."""

MAX_PARAMETERS = 10**9
"""Maximum number of parameters of one network."""

MAX_SEARCH_ENTRIES = 64
"""Maximum number of entries of a search list."""

MAX_SEARCH_VALUE = 256
"""Maximum kernel size, stride or dilation in a search list."""

MAX_REQUEST_BYTES = 2**20
"""Maximum size of a request body."""

MAX_WINDOW_VALUE = 65_536
"""Maximum kernel size, stride, padding, dilation or output padding of a single layer."""

MAX_MATRIX_ENTRIES = 2**17
"""Maximum number of listed entries of a layer's matrix."""

MAX_CONTRIBUTIONS = 2**20
"""Maximum number of positions in a listed overlap map."""

MAX_LISTED_POSITIONS = 2**16
"""Maximum number of positions of which a response lists a number each."""

MAX_PHASES = 4_096
"""Maximum number of listed phases of a layer."""

MAX_SOLUTIONS = 16_384
"""Maximum number of listed solutions along one axis."""

MAX_SEARCH_STEPS = 1_000_000
"""Maximum number of steps of one search; a step considers one layer at one size."""

MAX_BUDGET = 2**63 - 1
"""Maximum budget of parameters or multiply-adds."""

MAX_DRAWN_SIDE = 320
"""Maximum number of cells along one side of a drawn map or matrix."""

MAX_DRAWN_CELLS = 50_000
"""Maximum number of cells in one picture."""

MAX_PROOF_MULTIPLY_ADDS = 10**8
"""Maximum number of multiply-adds of a layer's direct form for a proof in torch."""

MAX_PROOF_ELEMENTS = 2**22
"""Maximum number of elements of a map in a proof, padding included."""

MAX_CHAINS = 200
"""Maximum number of chains per page."""

MAX_AUDIT_LAYERS = 256
"""Maximum number of layers of an audited network."""

MAX_AUDIT_SOURCE = 200_000
"""Maximum length of an audited source, in characters."""

MAX_AUDIT_BATCH = 65_536
"""Maximum batch size of an audit."""

MAX_ERROR_TEXT = 10_000
"""Maximum length of an error message in an audit request, in characters."""
