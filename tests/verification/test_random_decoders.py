"""Random decoders with a factor and variational autoencoders: verified, and as torch says."""

from __future__ import annotations

from math import prod
from random import Random
from types import ModuleType
from typing import Any

import pytest
import torch

from designer.brief.brief_json import brief_from_document
from designer.pipeline.design import Design
from designer.pipeline.make_design import design, recall_design
from designer.verification import Pool
from tests.support import soak_count

pytestmark = [pytest.mark.torch, pytest.mark.slow]

FACTORS = {1: (2, 3, 5, 7, 8, 11, 12, 20, 26, 44, 64), 2: (2, 3, 4, 5, 6, 10), 3: (2, 4)}


def random_brief(random: Random) -> dict[str, Any]:
    """A small decoder with a factor, a variational autoencoder, or both."""
    variational = random.random() < 0.5
    norms = ("batch", "instance", "layer", "group", "none")
    brief: dict[str, Any] = {
        "upsampling": random.choice(("transposed", "resize", "subpixel")),
        "normalization": random.choice(norms),
        "output_activation": random.choice(("tanh", "sigmoid", "none")),
        "channels": random.randint(1, 3),
        "base_channels": random.choice((1, 2, 3)),
        "max_channels": random.choice((4, 6)),
        "variational": variational,
        "encoder": variational or random.random() < 0.5,
    }
    if variational and random.random() < 0.5:
        classes = random.choice((None, 3))
        side = random.choice((16, 24, 28))
        return brief | {"resolution": side, "latent_dim": random.randint(2, 5), "classes": classes}
    axes = random.choice((1, 1, 2, 2, 3))
    start = {"channels": random.randint(1, 3), "size": random.randint(2, 4)}
    factor = random.choice(FACTORS[axes])
    return brief | {"factor": factor, "dimensions": axes, "initial_map": start}


def loaded(made: Design) -> ModuleType:
    module = ModuleType("model")
    exec(compile(made.source.text, "model.py", "exec"), module.__dict__)
    torch.manual_seed(0)
    return module


def assert_every_size(made: Design, module: ModuleType, random: Random) -> None:
    """The decoder multiplies random sizes by the factor, and the encoder divides them by it."""
    factor = made.brief.factor
    assert factor is not None
    generator = module.Generator().eval()
    for _ in range(4):
        size = [random.randint(2, 7 if len(factor) < 3 else 3) for _ in factor]
        with torch.no_grad():
            grown = generator(torch.randn(2, made.gan.generator.input_map.channels, *size))
            assert list(grown.shape[2:]) == [n * f for n, f in zip(size, factor, strict=True)]
            if made.gan.encoder is not None:
                assert list(module.Encoder().eval()(grown).shape[2:]) == size


def assert_variational(made: Design, module: ModuleType) -> None:
    """Mean and deviation of the code, no noise in evaluation, and the loss by its definition."""
    model = module.Autoencoder().apply(module.weights_init).eval()
    image = torch.randn(3, *made.gan.generator.output_map.shape)
    labels = [torch.tensor([0, 1, 1])] if made.brief.classes else []
    with torch.no_grad():
        picture, mean, log_variance = model(image, *labels)
        assert picture.shape == image.shape
        assert mean.shape == log_variance.shape == (3, *made.gan.generator.input_map.shape)
        code = model.encoder(image)
        assert torch.equal(torch.cat((mean, log_variance), 1), code)
        assert torch.equal(picture, model.decoder(mean, *labels))
        model.train()
        wide = torch.full((200, *mean.shape[1:]), 1.5)
        drawn = model.reparameterize(wide, torch.full_like(wide, -2.0))
        assert abs(float(drawn.mean()) - 1.5) < 0.1
        assert abs(float(drawn.std()) - 0.3679) < 0.05
    loss = module.variational_loss(picture, image, mean, log_variance, beta=0.5)
    total = 0.0
    for n in range(3):
        total += float((picture[n] - image[n]).pow(2).sum())
        codes = [each.flatten().tolist() for each in (mean[n], log_variance[n].exp())]
        for m, v in zip(*codes, strict=True):
            total += 0.5 * 0.5 * (v + m * m - 1.0 - float(torch.log(torch.tensor(v))))
    assert float(loss) == pytest.approx(total / 3, rel=1e-4)


def test_random_decoders_and_autoencoders_are_verified(pool: Pool) -> None:
    """60 briefs, 1,000 in a soak run."""
    kinds = set()
    for seed in range(soak_count(60, 1000)):
        random = Random(seed)
        document = random_brief(random)
        made = design(brief_from_document(document), runner=pool.run)
        assert made.verification.verdict == "verified", (document, made.verification.failures)
        assert recall_design(made.id, runner=pool.run).source == made.source
        module = loaded(made)
        kinds.add((made.fixed_length, made.brief.variational))
        if made.brief.factor is not None:
            assert made.fixed_length is False
            assert str(made.sizes_proved).startswith("all from ")
            assert prod(step[0].stride for step in made.chain.windows) == made.brief.factor[0]
            assert_every_size(made, module, random)
        if made.brief.variational:
            assert_variational(made, module)
    assert kinds >= {(False, False), (False, True), (None, True)}
