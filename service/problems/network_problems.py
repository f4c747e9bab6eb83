"""Errors of what is asked of the networks: combinations that cannot work. All 422."""

from __future__ import annotations

from service.problems.problem_type import ProblemType

NETWORK_PROBLEMS = [
    ProblemType(
        code="critic_with_batch_norm",
        status=422,
        title="A critic cannot have batch norm",
        meaning="A gradient penalty asks for the gradient of each sample alone; batch norm makes"
        " every sample's score depend on all others.",
        repair="Give `discriminator.normalization` as `layer`, `instance`, `group`, `spectral` or"
        " `none`; or another `output`.",
    ),
    ProblemType(
        code="spectral_generator",
        status=422,
        title="Spectral norm is the discriminator's",
        meaning="A spectral norm bounds how fast a discriminator's answer changes; the generator"
        " has norms of its maps.",
        repair="Give `spectral` as `discriminator.normalization`.",
    ),
    ProblemType(
        code="labels_without_latent",
        status=422,
        title="Labels need a latent vector",
        meaning="A label's vector is joined to the latent vector; a design that starts from a map"
        " has none.",
        repair="Leave `classes` out, or give `latent_dim` instead of `initial_map`.",
    ),
    ProblemType(
        code="no_patch",
        status=422,
        title="No discriminator has this receptive field",
        meaning="No chain of convolutions with the field that `patch` asks for fits the picture.",
        repair="Take one of the nearest fields, which `facts` names.",
    ),
    ProblemType(
        code="norm_of_one_position",
        status=422,
        title="A norm would have a single position",
        meaning="A map of a single position leaves a norm over positions nothing to normalise.",
        repair="Give a larger `search.initial_size`, or `layer` or `none` as `normalization`.",
    ),
    ProblemType(
        code="taps_on_padding",
        status=422,
        title="A dilated kernel meets padding alone",
        meaning="On a map that is small against the dilation, every tap of a kernel lies on padding:"
        " nothing of the input reaches the output, and no gradient passes.",
        repair="Give smaller `search.dilations`, a larger `search.initial_size`, or another `chain`.",
    ),
]
