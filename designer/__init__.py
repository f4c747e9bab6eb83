"""Design of generators and discriminators in plain PyTorch from a resolution and a latent size.

    >>> from designer import design
    >>> made = design(97, latent_dim=128, verify="none")
    >>> [size[0] for size in made.chain.sizes]
    [6, 12, 24, 48, 97]
    >>> sum(weights.numel() for weights in made.generator().parameters())
    5116800

The names in ``__all__`` are the public interface; the other modules may change.
"""

from designer.brief.brief_json import brief_document, brief_from_document
from designer.brief.initialization import Initialization, Initializations
from designer.brief.model import Brief
from designer.brief.options import (
    DiscriminatorStyle,
    InitialMap,
    Level,
    Normalization,
    Output,
    OutputActivation,
)
from designer.brief.search_space import Budget, Exact, Overlap, SearchSpace
from designer.brief.widths import Widths
from designer.chains import Solution, solve_chain
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
from designer.geometry.chain import Chain
from designer.geometry.equivalence.direct_convolution import equivalent_convolution
from designer.geometry.equivalence.inverse import invert_layer
from designer.geometry.equivalence.matrix import layer_matrix
from designer.geometry.equivalence.overlap_map import layer_overlap
from designer.geometry.equivalence.phases import layer_phases
from designer.geometry.layers import Conv, ConvTranspose, FeatureMap, Window
from designer.geometry.resampling import Upsampling
from designer.layer.window_solver import Question, solve_axis
from designer.pictures.design_pictures import draw_network
from designer.pictures.layer_picture import draw_layer
from designer.pictures.matrix_picture import draw_matrix
from designer.pictures.overlap_heat_map import draw_overlap
from designer.pipeline.design import Design, design_document
from designer.pipeline.make_design import design, recall_design
from designer.source import PythonSource, render_source
from designer.verification import Limits, Pool, Verification, verify_source

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
    "Initialization",
    "Initializations",
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


def __dir__() -> list[str]:
    """The public names alone, for completion."""
    return sorted(__all__)
