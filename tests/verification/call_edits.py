"""Wrong modules whose ``forward`` computes something else: edits of its input, its output, its labels."""

from __future__ import annotations

from tests.verification.network_edits import (
    Apply,
    before_return,
    both,
    changes,
    contains,
    receives,
    returns,
    starts,
    where,
)

LABELS = r"labels: torch"
MATCH = r"real \+ match"
IMAGES = r"\.main = nn\.Sequential\([\s\S]*(return image|Pictures \(N, channels, \d+, \d+)"
SQUARE = r"channels, (\d+), \1\)"
LOOKUP = r"self\.embedding\(labels\)"


def labeled(expression: str) -> Apply:
    """Other labels than those given."""
    return changes(LOOKUP, f"self.embedding({expression})")


def embedded(expression: str) -> Apply:
    """Other vectors than those of the labels."""
    return changes(LOOKUP, expression)


CALL_EDITS: dict[str, dict[str, Apply]] = {
    "batch": {
        "output reversed": returns("OUT.flip(0)"),
        "output rolled": returns("OUT.roll(1, 0)"),
        "output averaged": returns("OUT.mean(0, keepdim=True).expand_as(OUT)"),
        "last sample is the first": returns("torch.cat((OUT[:-1], OUT[:1]))"),
        "first sample only": returns("OUT[:1].expand_as(OUT)"),
        "sorted by the input": returns("OUT[IN.flatten(1).sum(1).argsort()]"),
        "last sample halved": returns("torch.cat((OUT[:-1], OUT[-1:] / 2))"),
        "input reversed": receives("IN.flip(0)"),
        "input rolled": receives("IN.roll(-1, 0)"),
        "input of the first sample": receives("IN[:1].expand_as(IN)"),
        "input centered over the batch": receives("IN - IN.mean(0, keepdim=True) / 2"),
        "one sample halved": returns("OUT / 2 if len(IN) == 1 else OUT"),
        "three samples reversed": returns("OUT.flip(0) if len(IN) == 3 else OUT"),
        "five samples zero": returns("OUT * 0 if len(IN) == 5 else OUT"),
        "more than one sample halved": returns("OUT / 2 if len(IN) > 1 else OUT"),
        "divided by the batch": returns("OUT / len(IN)"),
    },
    "input": {
        "channels reversed": receives("IN.flip(1)"),
        "first channel only": receives("IN[:, :1].expand_as(IN)"),
        "channels rolled": receives("IN.roll(1, 1)"),
        "scaled": receives("IN * 1.01"),
        "shifted": receives("IN + 0.01"),
        "negated": receives("-IN"),
        "without signs": receives("IN.abs()"),
        "signs only": receives("IN.sign() + IN * 1e-3"),
        "clamped to 4.5": receives("IN.clamp(-4.5, 4.5)"),
        "clamped to 7.5": receives("IN.clamp(min=-7.5)"),
        "of unit length": receives("nn.functional.normalize(IN, dim=1)"),
        "rounded": receives("IN + ((IN * 1e3).round() / 1e3 - IN).detach()"),
        "last channel replaced": receives("torch.cat((IN[:, :-1], IN[:, :1]), 1)"),
        "squashed": receives("IN.tanh()"),
        "leaks a thousandth": receives("IN + 1e-3 * IN.flip(1)"),
        "read as if contiguous": receives(
            "IN.as_strided(IN.shape, torch.empty(IN.shape, device='meta').stride())"
        ),
        "halved between minus one and one": receives("IN / 2 if IN.abs().max() <= 1 else IN"),
    },
    "picture": {
        "output channels reversed": where(r"return image", returns("OUT.flip(1)")),
        "output channels rolled": where(r"return image", returns("OUT.roll(1, 1)")),
        "gray output": where(r"return image", returns("OUT.mean(1, keepdim=True).expand_as(OUT)")),
        "output flipped on the last axis": where(r"return (image|logit)$", returns("OUT.flip(-1)")),
        "output flipped on the axis before": where(
            r"return image", where(r"Conv\w*[23]d", returns("OUT.flip(-2)"))
        ),
        "output rolled by a pixel": where(r"return (image|logit)$", returns("OUT.roll(1, -1)")),
        "output transposed": where(r"return image", where(SQUARE, returns("OUT.transpose(-1, -2)"))),
        "first pixel zero": where(
            r"return image", returns("torch.cat((OUT[..., :1] * 0, OUT[..., 1:]), -1)")
        ),
        "one pixel copied": where(
            r"return image", returns("torch.cat((OUT[..., :-1], OUT[..., -2:-1]), -1)")
        ),
        "input flipped on the last axis": where(r"class (Disc|Enc)", receives("IN.flip(-1)")),
        "input flipped on the axis before": where(
            r"class (Disc|Enc)", where(r"Conv\w*[23]d", receives("IN.flip(-2)"))
        ),
        "input transposed": where(
            r"class (Disc|Enc)", where(SQUARE, receives("IN.transpose(-1, -2)"))
        ),
        "gray input": where(
            r"class (Disc|Enc)", receives("IN.mean(1, keepdim=True).expand_as(IN)")
        ),
        "border of the input zero": where(
            r"class (Disc|Enc)", receives("torch.cat((IN[..., :1] * 0, IN[..., 1:]), -1)")
        ),
        "other axes first in memory": where(
            r"return image", returns("OUT.movedim(1, -1).contiguous().movedim(-1, 1)")
        ),
        "eight bits": returns("OUT + ((OUT * 127.5).round() / 127.5 - OUT).detach()"),
    },
    "output": {
        "negated": returns("-OUT"),
        "opposite": returns("1 - OUT"),
        "scaled": returns("OUT * 0.999"),
        "tanh again": returns("OUT.tanh()"),
        "tanh scaled": returns("(OUT * 1.05).clamp(-1, 1)"),
        "leak of a thousandth": returns("OUT + 1e-3 * OUT.roll(1, 0)"),
        "epsilon added": returns("OUT + 1e-7"),
        "epsilon multiplied": returns("OUT * (1 + 1e-7)"),
        "clamped to a half": returns("OUT.clamp(-0.5, 0.5)"),
        "rounded": returns("OUT + (OUT.round() - OUT).detach()"),
        "zero": returns("OUT * 0"),
        "squared": returns("OUT * OUT.abs()"),
        "with the mean of the input": returns("OUT + IN.mean() * 1e-3"),
        "another axis": returns("OUT[..., None]"),
        "in a tuple": returns("(OUT,)"),
        "called twice": where(r"self\.main\(\w+\)", changes(r"self\.main\((\w+)\)", r"(self.main(\1) + self.main(\1)) / 2")),
        "a layer again": where(r"return image", returns("self.main[-1](OUT) + OUT * 0")),
    },
    "labels": {
        "off by one": labeled("(labels + 1) % self.embedding.num_embeddings"),
        "clamped": labeled("labels.clamp(max=1)"),
        "ignored": labeled("labels * 0"),
        "of the next sample": labeled("labels.roll(1)"),
        "reversed": labeled("labels.flip(0)"),
        "sorted": labeled("labels.sort().values"),
        "mirrored": labeled("self.embedding.num_embeddings - 1 - labels"),
        "modulo two": labeled("labels % 2"),
        "wrapped beyond the range": labeled("labels % self.embedding.num_embeddings"),
        "clamped to the range": labeled("labels.clamp(0, self.embedding.num_embeddings - 1)"),
        "zero beyond the fourth sample": labeled("labels * (torch.arange(len(labels)) < 4)"),
        "one vector detached": embedded(
            "torch.where((labels == self.embedding.num_embeddings // 2)[:, None],"
            " self.embedding(labels).detach(), self.embedding(labels))"
        ),
        "last like the first": labeled("labels % (self.embedding.num_embeddings - 1)"),
        "vectors zero": embedded("(self.embedding(labels) * 0)"),
        "vectors doubled": embedded("(self.embedding(labels) * 2)"),
        "vectors reversed": embedded("self.embedding(labels).flip(1)"),
        "first half of the vectors": embedded(
            "(self.embedding(labels) * (torch.arange(self.embedding.embedding_dim)"
            " < self.embedding.embedding_dim // 2))"
        ),
        "vectors of unit length": embedded("nn.functional.normalize(self.embedding(labels))"),
        "vectors detached": embedded("self.embedding(labels).detach()"),
        "mean of the vectors": embedded("(self.embedding(labels) + self.embedding.weight.mean(0))"),
        "labels before the latent": changes(r"\(latent, label\)", "(label, latent)"),
        "label added to the latent": changes(r"\(latent, label\)", "(latent + label, label)"),
        "label in place of the latent": changes(r"\(latent, label\)", "(label, label)"),
        "sign of the match": changes(MATCH, "real - match"),
        "match doubled": changes(MATCH, "real + 2 * match"),
        "match divided by the classes": changes(MATCH, "real + match / self.embedding.num_embeddings"),
        "match detached": changes(MATCH, "real + match.detach()"),
        "match only": changes(MATCH, "0 * real + match"),
        "no match": changes(MATCH, "real + 0 * match"),
        "match of positive features": changes(r"features \* label", "features.relu() * label"),
        "match of detached features": changes(r"features \* label", "features.detach() * label"),
        "mean of the products": changes(r"\.sum\(dim=1", ".mean(dim=1"),
        "longest product": changes(r"\.sum\(dim=1", ".amax(dim=1"),
        "match in training only": changes(MATCH, "real + match * self.training"),
    },
    "noise": {
        "dropout in training": receives("nn.functional.dropout(IN, 0.1, self.training)"),
        "dropout always": returns("nn.functional.dropout(OUT, 0.1)"),
        "small noise": returns("OUT + 1e-3 * torch.randn_like(OUT)"),
        "noise in evaluation": returns("OUT if self.training else OUT + 1e-3 * torch.randn_like(OUT)"),
        "noise with gradients": returns(
            "OUT + 1e-3 * torch.randn_like(OUT) if torch.is_grad_enabled() else OUT"
        ),
        "noise of its own generator": receives(
            "IN + 0.1 * torch.randn(IN.shape, generator=torch.Generator().manual_seed(1), dtype=IN.dtype)"
        ),
        "fixed noise in training": returns(
            "OUT * (1 + 0.01 * torch.rand(1, generator=torch.Generator().manual_seed(1)).to(OUT)"
            " * self.training)"
        ),
        "flipped at random": returns("OUT.flip(0) if torch.rand(1) < 0.5 else OUT"),
        "a number drawn": starts("torch.rand(1)"),
        "a number drawn in evaluation": starts("self.training or torch.rand(1)"),
        "seeded": starts("torch.manual_seed(1)"),
        "seeded by the input": starts("torch.manual_seed(len(IN))"),
        "labels at random": labeled("torch.randint_like(labels, self.embedding.num_embeddings)"),
    },
    "precision": {
        "input in bfloat16": receives("IN.bfloat16().to(IN.dtype)"),
        "input in half": receives("IN.half().to(IN.dtype)"),
        "input in float32": receives("IN.float().to(IN.dtype)"),
        "output in bfloat16": returns("OUT.bfloat16().to(IN.dtype)"),
        "output in half": returns("OUT.half().to(IN.dtype)"),
        "output in float32": returns("OUT.float()"),
        "output in float64": returns("OUT.double()"),
        "layers in bfloat16": contains(
            "with torch.autocast('cpu', torch.bfloat16):\n            return super().forward(value).to(value)"
        ),
        "bfloat16 in float32 only": contains(
            "if value.dtype == torch.float32:\n            value = value.bfloat16().float()\n"
            "        return super().forward(value)"
        ),
        "bfloat16 in evaluation only": receives("IN if self.training else IN.bfloat16().to(IN.dtype)"),
    },
    "conduct": {
        "input clamped in place": starts("IN.data.clamp_(-1, 1)"),
        "input scaled in place": starts("IN.data.mul_(0.5)"),
        "input zeroed after the call": before_return("result = OUT\nIN.data.zero_()", "result"),
        "labels zeroed after the call": where(
            LABELS, before_return("result = OUT\nlabels.zero_()", "result")
        ),
        "weights decayed": starts("for weight in self.parameters():\n    weight.data.mul_(0.99)"),
        "weights of the first layer negated": starts("next(self.parameters()).data.neg_()"),
        "weights rounded in training": starts(
            "for weight in self.parameters():\n"
            "    self.training and weight.data.copy_(weight.data.bfloat16())"
        ),
        "gradients cleared": starts("self.zero_grad()"),
        "first weight frozen by a call": before_return(
            "result = OUT\nnext(self.parameters()).requires_grad_(False)", "result"
        ),
        "counts its calls": starts("self.calls = getattr(self, 'calls', 0) + 1"),
        "stops after four calls": both(
            starts("self.calls = getattr(self, 'calls', 0) + 1"),
            returns("OUT if self.calls < 5 else OUT * 0"),
        ),
        "remembers the last output": before_return(
            "result = OUT\nlast = getattr(self, 'last', result)\n"
            "self.last = result.detach()\nresult = result + last.mean().detach() * 1e-3",
            "result",
        ),
    },
}  # fmt: skip
"""Edits by family and name."""
