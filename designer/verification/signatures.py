"""The interface of a source: arguments of its constructors, methods and functions."""

from __future__ import annotations

from designer.networks import Gan
from designer.validation.json_readers import JsonValue


def constructor_arguments(gan: Gan, role: str) -> dict[str, int]:
    """The constructor arguments of one network of this Gan."""
    widths = gan.discriminator_widths if role == "discriminator" else gan.widths
    names: tuple[str, ...] = ("base_channels", "channels")
    if role != "discriminator":
        names = (*generator_input_arguments(gan), *names)
    return {name: getattr(widths, name) for name in names}


def generator_input_arguments(gan: Gan) -> tuple[str, ...]:
    """Names of the arguments that set what the generator reads: with skips, the picture's channels too."""
    first = generator_input_argument(gan)
    return (first, "input_channels") if gan.widths.joins_arms else (first,)


def generator_input_argument(gan: Gan) -> str:
    """Name of the argument that sets the size of the generator's input."""
    return "initial_channels" if gan.widths.latent_dim is None else "latent_dim"


def predicted_signatures(gan: Gan) -> dict[str, list[list[JsonValue]]]:
    """Parameters of each callable of the source in order, with the ``repr`` of their defaults."""
    found: dict[str, list[list[JsonValue]]] = {"weights_init": [["module", None]]}
    start = "latent" if generator_input_argument(gan) == "latent_dim" else "features"
    start = "image" if gan.widths.joins_arms else start
    for role, network in gan.networks.items():
        given = [start if role == "generator" else "image", *["labels"] * network.takes_labels]
        arguments = constructor_arguments(gan, role)
        found[network.class_name] = [[name, repr(value)] for name, value in arguments.items()]
        found[f"{network.class_name}.forward"] = [[name, None] for name in ("self", *given)]
    return found | (_autoencoder_signatures(gan, start) if gan.variational else {})


def _autoencoder_signatures(gan: Gan, start: str) -> dict[str, list[list[JsonValue]]]:
    labels = ["labels"] * gan.generator.takes_labels
    methods = {
        "encode": ["image"],
        "reparameterize": ["mean", "log_variance"],
        "decode": [start, *labels],
        "forward": ["image", *labels],
    }
    arguments = constructor_arguments(gan, "encoder")
    loss = ("reconstruction", "image", "mean", "log_variance")
    return {
        "Autoencoder": [[name, repr(value)] for name, value in arguments.items()],
        **{
            f"Autoencoder.{method}": [[name, None] for name in ("self", *given)]
            for method, given in methods.items()
        },
        "variational_loss": [*([name, None] for name in loss), ["beta", "1.0"]],
    }
