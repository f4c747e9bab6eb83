"""A design: its chain, networks, module text and receipt, and what a notebook does with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from designer.brief.brief_json import brief_document, chain_document
from designer.brief.model import Brief
from designer.bundle import bundle_files
from designer.errors import NoNetwork
from designer.geometry.chain import Chain
from designer.geometry.layers import format_size
from designer.networks import Gan
from designer.networks.decoder_sizes import first_legal_side, has_fixed_length, is_decoder
from designer.networks.design_warnings import design_warnings
from designer.networks.unet_sizes import least_text, takes_any_size
from designer.pictures.design_pictures import draw_design
from designer.pipeline.design_html import design_html
from designer.pipeline.design_json import count_document, design_links, reasons_document
from designer.pipeline.networks_json import networks_document
from designer.reasons import Reason, make_reason, reason_documents
from designer.source import PythonSource
from designer.source.loaded_module import load_source
from designer.validation.json_readers import JsonObject
from designer.verification import (
    Verification,
    receipt_json,
)
from designer.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Design:
    """The result of a brief: the chain and its reasons, the networks, their source, the receipt.

    ``id`` contains the brief and the chain. ``count`` is the exact number of chains in the brief's
    search space, None if the brief gave the chain or counting would exceed the limit on steps.

    >>> from designer import design
    >>> made = design(64, latent_dim=100, verify="none")
    >>> made
    <Design from 100×1×1: 4×4 → 8×8 → 16×16 → 32×32 → 64×64, not_run>
    >>> "class Generator(nn.Module):" in made.code.splitlines()
    True
    """

    id: str
    brief: Brief
    chain: Chain
    reasons: tuple[Reason, ...]
    count: int | None
    gan: Gan
    source: PythonSource
    verification: Verification

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences of the reasons."""
        return tuple(reason.sentence for reason in self.reasons)

    @property
    def fixed_length(self) -> bool | None:
        """Whether a decoder multiplies the size of its chain alone; None without a given map."""
        return has_fixed_length(self.gan) if is_decoder(self.gan) else None

    @property
    def sizes_proved(self) -> str | None:
        """The sizes that the receipt proves: ``this``, or ``all from`` a side of the initial map."""
        if self.verification.verdict != "verified":
            return None
        if self.fixed_length is False:
            return f"all from {first_legal_side(self.gan)}"
        if takes_any_size(self.gan):
            return f"all from {least_text(self.gan)}"
        return "this"

    def __repr__(self) -> str:
        start = format_size(self.gan.generator.input_map.shape)
        sizes = " → ".join(map(format_size, self.chain.sizes))
        return f"<Design from {start}: {sizes}, {self.verification.verdict}>"

    def _repr_html_(self) -> str:
        """The design as HTML, which notebooks show."""
        sizes = " → ".join(map(format_size, self.chain.sizes))
        return design_html(self.gan, title=sizes, verdict=self.verification.verdict)

    @property
    def code(self) -> str:
        """The text of the module."""
        return self.source.text

    def generator(self, **arguments: int) -> Any:  # noqa: ANN401 - torch is not imported here
        """A new ``torch.nn.Module``: the generator, with initial weights.

        ``arguments`` are those of its class, such as ``base_channels``; by default, those of the
        design. It takes latent vectors (N, latent_dim, 1, …), with as many ones as axes, or initial
        maps, and gives pictures (N, channels, height, width). The first call imports torch.
        """
        return self._network("generator", arguments)

    def discriminator(self, **arguments: int) -> Any:  # noqa: ANN401
        """A new ``torch.nn.Module``: the discriminator, as ``generator``.

        Raises:
            NoNetwork: if the design has none.
        """
        return self._network("discriminator", arguments)

    def encoder(self, **arguments: int) -> Any:  # noqa: ANN401
        """A new ``torch.nn.Module``: the encoder, as ``generator``.

        Raises:
            NoNetwork: if the design has none.
        """
        return self._network("encoder", arguments)

    def autoencoder(self, **arguments: int) -> Any:  # noqa: ANN401
        """A new ``torch.nn.Module``: encoder and decoder of a variational design, as ``generator``.

        It takes samples and gives reconstructions, means and logarithms of variances.

        Raises:
            NoNetwork: if the design is not variational.
        """
        if not self.gan.variational:
            raise NoNetwork("lacks_network", {"network": make_reason("autoencoder")})
        return self._initialized("Autoencoder", arguments)

    def _network(self, role: str, arguments: dict[str, int]) -> Any:  # noqa: ANN401
        network = self.gan.networks.get(role)
        if network is None:
            raise NoNetwork("lacks_network", {"network": make_reason(role)})
        return self._initialized(network.class_name, arguments)

    def _initialized(self, class_name: str, arguments: dict[str, int]) -> Any:  # noqa: ANN401
        module = load_source(self.source)
        return getattr(module, class_name)(**arguments).apply(module.weights_init)

    def save(self, folder: str | Path) -> Path:
        """Write the files of the bundle into a folder, which is created if it is missing.

        Existing files of these names are replaced. The folder is returned.

        Raises:
            OSError: if the folder or a file in it cannot be written.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        for name, text in bundle_files(design_document(self), draw_design(self.gan)).items():
            (path / name).write_text(text, encoding="utf-8")
        return path


def design_document(design: Design) -> JsonObject:
    """The JSON body of a design."""
    return {
        "id": design.id,
        "brief": brief_document(design.brief),
        "designer_version": VERSION,
        **networks_document(design.gan),
        "chain": chain_document(design.chain),
        "fixed_length": design.fixed_length,
        "sizes_proved": design.sizes_proved,
        **reasons_document(design.reasons),
        "warnings": reason_documents(design_warnings(design.gan)),
        **count_document(design.count),
        "source": {"text": design.source.text, "sha256": design.source.sha256},
        "verification": receipt_json(design.verification),
        "links": design_links(design.id),
    }
