"""The class of a variational autoencoder, which joins the encoder and the generator, and its loss.

Kingma & Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114.
"""

from __future__ import annotations

from designer.networks import Gan
from designer.source.class_texts import SAMPLE_NOUNS, width_arguments
from designer.source.network_classes import sample_shape, start_argument


def render_autoencoder(gan: Gan) -> str:
    """The class ``Autoencoder``."""
    widths, nouns = gan.widths, SAMPLE_NOUNS[gan.chain.axes]
    start = "initial_channels" if widths.latent_dim is None else "latent_dim"
    given = "features" if widths.latent_dim is None else "latent"
    labels = gan.generator.takes_labels
    declared, passed = (", labels: torch.Tensor", ", labels") if labels else ("", "")
    what = f"{nouns.capitalize()} {sample_shape(gan)}{' and labels (N,)' if labels else ''}"
    return f'''\
class Autoencoder(nn.Module):
    """{what} in; reconstructions, means and log variances of the codes out."""

    def __init__(self, {start_argument(widths)}, {width_arguments(widths)}) -> None:
        super().__init__()
        self.encoder = Encoder({start}, base_channels, channels)
        self.decoder = Generator({start}, base_channels, channels)

    def encode(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean and the logarithm of the variance of each number of the code."""
        mean, log_variance = self.encoder(image).chunk(2, dim=1)
        return mean, log_variance

    def reparameterize(self, mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
        """A code: in training drawn around the mean, in evaluation the mean itself."""
        if not self.training:
            return mean
        return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)

    def decode(self, {given}: torch.Tensor{declared}) -> torch.Tensor:
        """The picture of a code."""
        image: torch.Tensor = self.decoder({given}{passed})
        return image

    def forward(self, image: torch.Tensor{declared}) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The reconstruction, the mean and the logarithm of the variance."""
        mean, log_variance = self.encode(image)
        return self.decode(self.reparameterize(mean, log_variance){passed}), mean, log_variance'''


VARIATIONAL_LOSS = '''\
def variational_loss(
    reconstruction: torch.Tensor,
    image: torch.Tensor,
    mean: torch.Tensor,
    log_variance: torch.Tensor,
    beta: float = 1.0,
) -> torch.Tensor:
    """Squared error and beta times the KL divergence of the codes from N(0, 1).

    Both are sums over a sample, averaged over the batch.
    """
    error = (reconstruction - image).square().flatten(1).sum(1)
    divergence = (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(1) / 2
    loss: torch.Tensor = (error + beta * divergence).mean()
    return loss'''
"""The function ``variational_loss``."""
