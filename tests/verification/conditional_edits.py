"""Faults of class-conditional batch norm, as edits of the whole source."""

from __future__ import annotations

_TOTAL = "gain * self.norm(value) + bias"
_GAIN = "gain = self.gain(labels)[:, :, None, None]"
_BIAS = "bias = self.bias(labels)[:, :, None, None]"
_ROW = "value = layer(value, labels) if reads_labels else layer(value)"
_PASSED = "self.body(value, *labels) + self.shortcut(value)"
_MAIN = "self.main(latent, labels)"
_START = "        nn.init.ones_(self.gain.weight)\n        nn.init.zeros_(self.bias.weight)\n"
_DRAWN = "        nn.init.ones_(module.gain.weight)\n        nn.init.zeros_(module.bias.weight)\n"
_NORM = "nn.BatchNorm2d(channels, affine=False)"
_FIRST = "        ConditionalBatchNorm(before),\n"

CONDITIONAL_EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "label shifted by one": ((_MAIN, "self.main(latent, (labels + 1) % 5)"),),
    "label of the gain shifted by one": (("self.gain(labels)", "self.gain((labels + 1) % 5)"),),
    "label of the bias shifted by one": (("self.bias(labels)", "self.bias((labels + 1) % 5)"),),
    "label shifted in the blocks": ((_PASSED, "self.body(value, *((each + 1) % 5 for each in labels)) + self.shortcut(value)"),),
    "labels in reverse order": ((_MAIN, "self.main(latent, labels.flip(0))"),),
    "the first sample's label": ((_MAIN, "self.main(latent, labels[:1].expand(len(labels)))"),),
    "largest label left out": ((_MAIN, "self.main(latent, labels.clamp(max=3))"),),
    "labels outside accepted": ((_MAIN, "self.main(latent, labels % 5)"),),
    "gain and bias swapped": ((_TOTAL, "bias * self.norm(value) + gain"),),
    "gain without lookup": ((_GAIN, "gain = self.gain.weight[:1, :, None, None]"),),
    "bias without lookup": ((_BIAS, "bias = self.bias.weight[:1, :, None, None]"),),
    "mean of all gains": ((_GAIN, "gain = self.gain.weight.mean(0)[:, None, None]"),),
    "gain left out": ((_TOTAL, "self.norm(value) + bias"),),
    "bias left out": ((_TOTAL, "gain * self.norm(value)"),),
    "one plus the gain": ((_TOTAL, "(1 + gain) * self.norm(value) + bias"),),
    "bias before the gain": ((_TOTAL, "gain * (self.norm(value) + bias)"),),
    "bias subtracted": ((_TOTAL, "gain * self.norm(value) - bias"),),
    "gain without gradient": ((_GAIN, f"{_GAIN}.detach()"),),
    "bias without gradient": ((_BIAS, f"{_BIAS}.detach()"),),
    "gain in training alone": ((_TOTAL, "(gain if self.training else 1) * self.norm(value) + bias"),),
    "gain of the norm before it alone": ((_TOTAL, "gain * value + bias"),),
    "affine batch norm left in": ((_NORM, "nn.BatchNorm2d(channels)"),),
    "norm that tracks nothing": ((_NORM, "nn.BatchNorm2d(channels, affine=False, track_running_stats=False)"),),
    "instance norm instead": ((_NORM, "nn.InstanceNorm2d(channels)"),),
    "other epsilon": ((_NORM, "nn.BatchNorm2d(channels, 1e-4, affine=False)"),),
    "statistics of evaluation in training": ((_TOTAL, "gain * nn.functional.batch_norm(value, self.norm.running_mean, self.norm.running_var) + bias"),),
    "statistics of training in evaluation": ((_TOTAL, "gain * nn.functional.batch_norm(value, None, None, training=True) + bias"),),
    "statistics by label": ((_TOTAL, "gain * torch.cat([self.norm(each[None]) for each in value]) + bias"),),
    "conditional replaced by plain": (("        ConditionalBatchNorm(", "        nn.BatchNorm2d("),),
    "first norm replaced by plain": ((_FIRST, "        nn.BatchNorm2d(before),\n"),),
    "norm before the picture conditional": (("            nn.BatchNorm2d(width[0]),\n", "            ConditionalBatchNorm(width[0]),\n"),),
    "no norm at the start": ((_FIRST, ""),),
    "one class more": (("classes: int = 5", "classes: int = 6"),),
    "one table for both": (("self.bias = nn.Embedding(classes, channels)", "self.bias = self.gain"), ("        nn.init.zeros_(self.bias.weight)\n", "")),
    "sparse gradients": (("self.gain = nn.Embedding(classes, channels)", "self.gain = nn.Embedding(classes, channels, sparse=True)"),),
    "first label without gradient": (("self.gain = nn.Embedding(classes, channels)", "self.gain = nn.Embedding(classes, channels, padding_idx=0)"),),
    "gains of zero at the start": ((_START, _START.replace("ones_", "zeros_")), (_DRAWN, _DRAWN.replace("ones_", "zeros_"))),
    "gains of zero in the constructor": ((_START, _START.replace("ones_", "zeros_")),),
    "gains drawn in the constructor": ((_START, "        nn.init.zeros_(self.bias.weight)\n"),),
    "biases drawn in the constructor": ((_START, "        nn.init.ones_(self.gain.weight)\n"),),
    "gains left as they are": ((_DRAWN, "        nn.init.zeros_(module.bias.weight)\n"),),
    "gains drawn by weights_init": ((_DRAWN, _DRAWN.replace("ones_(module.gain.weight)", "normal_(module.gain.weight, 1.0, 0.02)")),),
    "biases of one": ((_DRAWN, _DRAWN.replace("zeros_", "ones_")),),
    "tables swapped by weights_init": ((_DRAWN, _DRAWN.replace("ones_", "swap").replace("zeros_", "ones_").replace("swap", "zeros_")),),
    "no guard of the affine norms": ((" and module.affine", " and module.weight is None"),),
    "labels for the first layer alone": ((_ROW, "value = layer(value, labels) if reads_labels else layer(value)\n            labels = labels * 0"),),
    "layers in another order": (("for layer in self.children():", "for layer in sorted(self.children(), key=lambda each: isinstance(each, nn.ReLU)):"),),
}  # fmt: skip
"""Replacements in the source, each of every occurrence, by name."""
