"""A resolution and a latent size in; a generator and a discriminator in plain PyTorch out.

    >>> from designer import Brief, Level, design
    >>> made = design(Brief(resolution=97, latent_dim=128, verify=Level.NONE))
    >>> [size[0] for size in made.chain.sizes]
    [6, 12, 24, 48, 97]
    >>> made.gan.generator.output_map.shape
    (3, 97, 97)

What is named here is public: the rest of the package may move.
"""

from designer.answer import design_document
from designer.brief import Brief, Level
from designer.chain import Chain
from designer.design import Design, design, recall_design
from designer.documents import brief_document, brief_from_document
from designer.equivalence.direct import equivalent_convolution
from designer.equivalence.inverse import invert_layer
from designer.equivalence.matrix import layer_matrix
from designer.equivalence.overlap import layer_overlap
from designer.equivalence.phases import layer_phases
from designer.errors import (
    Accident,
    DesignerError,
    InvalidLayer,
    InvalidRequest,
    NoChain,
    Overloaded,
    ProbeFailed,
    SearchTooLarge,
)
from designer.layer_solver import Question, solve_axis
from designer.layers import Conv, ConvTranspose, FeatureMap, Window
from designer.pictures.heat import draw_overlap
from designer.pictures.layer import draw_layer
from designer.pictures.matrix import draw_matrix
from designer.pictures.networks import draw_network
from designer.solver import Solution, solve_chain
from designer.source import PythonSource, render_source
from designer.space import Budget, Exact, Overlap, SearchSpace
from designer.styles import DiscriminatorStyle, InitialMap, Normalization, Output, OutputActivation
from designer.upsampling import Upsampling
from designer.verification import Limits, Pool, Verification, verify_source
from designer.widths import Widths

__all__ = [
    "Accident",
    "Brief",
    "Budget",
    "Chain",
    "Conv",
    "ConvTranspose",
    "Design",
    "DesignerError",
    "DiscriminatorStyle",
    "Exact",
    "FeatureMap",
    "InitialMap",
    "InvalidLayer",
    "InvalidRequest",
    "Level",
    "Limits",
    "NoChain",
    "Normalization",
    "Output",
    "OutputActivation",
    "Overlap",
    "Overloaded",
    "Pool",
    "ProbeFailed",
    "PythonSource",
    "Question",
    "SearchSpace",
    "SearchTooLarge",
    "Solution",
    "Upsampling",
    "Verification",
    "Widths",
    "Window",
    "brief_document",
    "brief_from_document",
    "design",
    "design_document",
    "draw_layer",
    "draw_matrix",
    "draw_network",
    "draw_overlap",
    "equivalent_convolution",
    "invert_layer",
    "layer_matrix",
    "layer_overlap",
    "layer_phases",
    "recall_design",
    "render_source",
    "solve_axis",
    "solve_chain",
    "verify_source",
]
