"""The class of a variational autoencoder, and its loss."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, statements

AUTOENCODER: dict[str, Rule] = {
    "_encode": statements(
        """
        def encode(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            _str
            mean, log_variance = self.encoder(image).chunk(2, dim=1)
            return mean, log_variance
        """,
    ),
    "_reparameterize": statements(
        """
        def reparameterize(self, mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
            _str
            if not self.training:
                return mean
            return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        """,
    ),
    "_loss": statements(
        """
        def variational_loss(
            reconstruction: torch.Tensor,
            image: torch.Tensor,
            mean: torch.Tensor,
            log_variance: torch.Tensor,
            beta: float = 1.0,
        ) -> torch.Tensor:
            _str
            error = (reconstruction - image).square().flatten(1).sum(1)
            divergence = (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(1) / 2
            loss: torch.Tensor = (error + beta * divergence).mean()
            return loss
        """,
    ),
    "_autoencoder": statements(
        "",
        """
        class Autoencoder(nn.Module):
            _str

            def __init__(self, latent_dim: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                self.encoder = Encoder(latent_dim, base_channels, channels)
                self.decoder = Generator(latent_dim, base_channels, channels)

            _encode

            _reparameterize

            def decode(self, latent: torch.Tensor) -> torch.Tensor:
                _str
                image: torch.Tensor = self.decoder(latent)
                return image

            def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
                _str
                mean, log_variance = self.encode(image)
                return self.decode(self.reparameterize(mean, log_variance)), mean, log_variance

        _loss
        """,
        """
        class Autoencoder(nn.Module):
            _str

            def __init__(self, latent_dim: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                self.encoder = Encoder(latent_dim, base_channels, channels)
                self.decoder = Generator(latent_dim, base_channels, channels)

            _encode

            _reparameterize

            def decode(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                _str
                image: torch.Tensor = self.decoder(latent, labels)
                return image

            def forward(self, image: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
                _str
                mean, log_variance = self.encode(image)
                return self.decode(self.reparameterize(mean, log_variance), labels), mean, log_variance

        _loss
        """,
        """
        class Autoencoder(nn.Module):
            _str

            def __init__(self, initial_channels: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                self.encoder = Encoder(initial_channels, base_channels, channels)
                self.decoder = Generator(initial_channels, base_channels, channels)

            _encode

            _reparameterize

            def decode(self, features: torch.Tensor) -> torch.Tensor:
                _str
                image: torch.Tensor = self.decoder(features)
                return image

            def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
                _str
                mean, log_variance = self.encode(image)
                return self.decode(self.reparameterize(mean, log_variance)), mean, log_variance

        _loss
        """,
    ),
}
"""Holes for statements."""
