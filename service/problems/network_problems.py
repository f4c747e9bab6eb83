"""Errors of network options that cannot be combined, status 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

NETWORK_PROBLEMS = [
    ProblemType(
        code="critic_with_batch_norm",
        status=422,
        title="A critic cannot have batch norm",
        meaning="A gradient penalty needs the gradient of each sample separately; batch norm makes"
        " the score of every sample depend on all others.",
        repair="Set `discriminator.normalization` to `layer`, `instance`, `group`, `spectral` or"
        " `none`, or choose another `output`.",
    ),
    ProblemType(
        code="spectral_generator",
        status=422,
        title="Spectral norm is for the discriminator",
        meaning="Spectral norm bounds how fast the output of a discriminator changes; the generator"
        " normalizes its feature maps.",
        repair="Set `discriminator.normalization` to `spectral`.",
    ),
    ProblemType(
        code="labels_without_latent",
        status=422,
        title="Labels need a latent vector",
        meaning="The embedding of a label is joined to the latent vector; a design that starts from"
        " a map has none.",
        repair="Leave `classes` out, or give `latent_dim` instead of `initial_map`.",
    ),
    ProblemType(
        code="no_patch",
        status=422,
        title="No discriminator has this receptive field",
        meaning="No chain of convolutions with the receptive field `patch` fits the picture.",
        repair="Use one of the nearest receptive fields in `facts`.",
    ),
    ProblemType(
        code="norm_of_one_position",
        status=422,
        title="A norm would have a single position",
        meaning="A norm over positions cannot normalize a map with a single position.",
        repair="Set a larger `search.initial_size`, or set `normalization` to `layer` or `none`.",
    ),
    ProblemType(
        code="taps_on_padding",
        status=422,
        title="A dilated kernel reads only padding",
        meaning="On a map that is small compared with the dilation, every tap of a kernel is on"
        " padding: the output does not depend on the input and no gradient passes.",
        repair="Set smaller `search.dilations`, a larger `search.initial_size` or another `chain`.",
    ),
]
