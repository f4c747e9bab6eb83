"""The network classes of a source."""

from __future__ import annotations

from designer.verification.source_grammar.pattern_rules import Rule, statements

NETWORKS: dict[str, Rule] = {
    "_layers": statements(
        """
        super().__init__()
        width = [min(base_channels * 2**k, _int) for k in range(_int)]
        self.main = nn.Sequential(*_layer)
        """,
    ),
    "_sigmoid": statements("", "self.sigmoid = nn.Sigmoid()"),
    "_generator": statements(
        """
        class Generator(nn.Module):
            _str

            def __init__(self, latent_dim: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                _layers

            def forward(self, latent: torch.Tensor) -> torch.Tensor:
                image: torch.Tensor = self.main(latent)
                return image
        """,
        """
        class Generator(nn.Module):
            _str

            def __init__(self, initial_channels: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                _layers

            def forward(self, features: torch.Tensor) -> torch.Tensor:
                image: torch.Tensor = self.main(features)
                return image
        """,
        """
        class Generator(nn.Module):
            _str

            def __init__(self, latent_dim: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                width = [min(base_channels * 2**k, _int) for k in range(_int)]
                self.embedding = nn.Embedding(_int, latent_dim)
                self.main = nn.Sequential(*_layer)

            def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                label = self.embedding(labels).view_as(latent)
                image: torch.Tensor = self.main(torch.cat((latent, label), dim=1))
                return image
        """,
        """
        class Generator(nn.Module):
            _str

            def __init__(self, latent_dim: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                super().__init__()
                width = [min(base_channels * 2**k, _int) for k in range(_int)]
                self.main = ConditionalSequential(*_layer)

            def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                image: torch.Tensor = self.main(latent, labels)
                return image
        """,
    ),
    "_matching_discriminator": statements(
        """
        class Discriminator(nn.Module):
            _str

            def __init__(self, base_channels: int = _int, channels: int = _int) -> None:
                _layers
                self.head = _linear
                self.embedding = _embedding

            def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                features = self.head(self.main(image))
                _output: torch.Tensor = (features * self.embedding(labels)).sum(dim=1)
                return _output_again
        """,
    ),
    "_discriminator": statements(
        "",
        "_matching_discriminator",
        """
        class Discriminator(nn.Module):
            _str

            def __init__(self, base_channels: int = _int, channels: int = _int) -> None:
                _layers

            def forward(self, image: torch.Tensor) -> torch.Tensor:
                _output: torch.Tensor = self.main(image)
                return _result
        """,
        """
        class Discriminator(nn.Module):
            _str

            def __init__(self, base_channels: int = _int, channels: int = _int) -> None:
                _layers
                self.head = _convolution
                self.embedding = _embedding
                self.pool = _pool
                _sigmoid

            def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                features = self.main(image)
                real = self.head(features)
                label = _label
                match = self.pool((features * label).sum(dim=1, keepdim=True))
                _output: torch.Tensor = _total
                return _result
        """,
        """
        class Discriminator(nn.Module):
            _str

            def __init__(self, base_channels: int = _int, channels: int = _int) -> None:
                _layers
                self.head = _linear
                self.embedding = _embedding
                _sigmoid

            def forward(self, image: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
                features = self.main(image)
                real = self.head(features)
                label = self.embedding(labels)
                match = (features * label).sum(dim=1, keepdim=True)
                _output: torch.Tensor = _total
                return _result
        """,
    ),
    "_encoder": statements(
        "",
        """
        class Encoder(nn.Module):
            _str

            def __init__(self, _start: int = _int, base_channels: int = _int, channels: int = _int) -> None:
                _layers

            def forward(self, image: torch.Tensor) -> torch.Tensor:
                code: torch.Tensor = self.main(image)
                return code
        """,
    ),
}
"""Holes for statements."""
