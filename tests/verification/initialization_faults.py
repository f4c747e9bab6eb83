"""Faults of ``weights_init``, and the tensors in which the tests plant them.

A fault is a statement on ``tensor`` with its stated ``mean`` and ``deviation``; ``z`` has the numbers
that it was drawn with, standardized. See ``Target.faulty_text`` for the other names.
"""

from __future__ import annotations

from tests.verification.initializations import target_at

KERNELS = [
    target_at("batch norm", "generator", "main.3 weight"),
    target_at("group and spectral norm", "discriminator", "main.2 weight"),
    target_at("one axis, instance norm", "generator", "main.6 weight"),
    target_at("three axes", "generator", "main.3 weight"),
    target_at("encoder", "encoder", "main.2 weight"),
    target_at("without norms, with biases", "discriminator", "main.2 weight"),
    target_at("labels", "generator", "main.3 weight"),
    target_at("dilated", "generator", "main.3 weight"),
    target_at("by fan-in, with labels", "generator", "main.2 weight"),
    target_at("by fan-in, sub-pixel", "encoder", "main.2 weight"),
]
TABLES = [
    target_at("projected labels", "discriminator", "embedding weight"),
    target_at("labels", "generator", "embedding weight"),
]
SCALES = [
    target_at("batch norm", "generator", "main.1 weight"),
    target_at("group and spectral norm", "generator", "main.4 weight"),
    target_at("one axis, instance norm", "discriminator", "main.6 weight"),
    target_at("three axes", "generator", "main.4 weight"),
]
BIASED = target_at("without norms, with biases", "generator", "main.2 weight")
SUB_PIXEL = [
    target_at("sub-pixel", "generator", "main.3 weight"),
    target_at("sub-pixel", "generator", "main.7 weight"),
]

FAULTS_OF_NUMBERS = {
    "a deviation 1 % too large": "tensor.copy_(mean + 1.01 * deviation * z)",
    "a deviation 1 % too small": "tensor.copy_(mean + 0.99 * deviation * z)",
    "a deviation 10 % too large": "tensor.copy_(mean + 1.1 * deviation * z)",
    "a shifted mean": "tensor.add_(deviation / 40)",
    "cut at three deviations": "tensor.copy_(mean + deviation * torch.where(z.abs() > 3, z / 2, z))",
    "clamped at three deviations": "tensor.copy_(mean + deviation * z.clamp(-3, 3))",
    "a uniform distribution": (
        "nn.init.uniform_(tensor, mean - 3**0.5 * deviation, mean + 3**0.5 * deviation)"
    ),
    "a triangular distribution": (
        "tensor.copy_(mean + deviation * 6**0.5 * (torch.rand_like(z) + torch.rand_like(z) - 1))"
    ),
    "a Laplace distribution": (
        "tensor.copy_(mean + deviation / 2**0.5 * torch.empty_like(z).exponential_() * z.sign())"
    ),
    "a mixture of two points": "tensor.copy_(mean + deviation * z.sign())",
    "one number in a hundred at zero": "tensor.masked_fill_(torch.rand_like(z) < 0.01, 0.0)",
    "one number far off": "tensor.view(-1)[0] = mean + 9 * deviation",
    "one number not drawn": "tensor.view(-1)[0] = 7.0",
    "one number not finite": "tensor.view(-1)[0] = float('nan')",
    "an infinite number": "tensor.view(-1)[0] = float('inf')",
    "numbers of few bits": "tensor.copy_(tensor.bfloat16())",
}
FAULTS_OF_PARTS = {
    "half of the first axis 5 % up, half down": (
        "z[:half] *= 1.05; z[half:] *= 0.95; tensor.copy_(mean + deviation * z)"
    ),
    "half of the first axis 10 % off": "z[:half] *= 1.1; tensor.copy_(mean + deviation * z)",
    "a deviation that grows along an axis": (
        "tensor.copy_(mean + (deviation * torch.linspace(0.9, 1.1, len(z)) * z.transpose(0, -1))"
        ".transpose(0, -1))"
    ),
    "half of the signs fixed": "z[:half] = z[:half].abs(); tensor.copy_(mean + deviation * z)",
    "all signs fixed by halves": (
        "z = z.abs(); z[:half] *= -1; tensor.copy_(mean + deviation * z)"
    ),
    "fixed signs in disorder": (
        "signs = torch.sin(torch.arange(1.0, 1 + z.numel()) ** 2).sign().view(z.shape);"
        " tensor.copy_(mean + deviation * signs * z.abs())"
    ),
}
FAULTS_OF_DEPENDENCE = {
    "tied halves": "tensor[:half] = tensor[half : 2 * half].clone()",
    "opposite halves": "tensor[:half] = 2 * mean - tensor[half : 2 * half]",
    "halves tied in reverse": (
        "n = z.numel() // 2; tensor.view(-1)[:n] = tensor.view(-1)[n : 2 * n].flip(0)"
    ),
    "correlated along the first axis": (
        "tensor.copy_(mean + deviation * (0.9 * z + 0.19**0.5 * torch.randn_like(z[:1])))"
    ),
    "neighbours correlated": (
        "tensor.copy_(mean + deviation * (z.view(-1) + z.view(-1).roll(1)).view(z.shape) / 2**0.5)"
    ),
    "a rank of two": (
        "tensor.copy_(mean + deviation / 2**0.5"
        " * (torch.randn(len(z), 2) @ torch.randn(2, z[0].numel())).view(z.shape))"
    ),
    "numbers in order": "tensor.copy_(tensor.view(-1).sort().values.view(z.shape))",
    "sums of zero": "tensor.sub_(tensor.mean() - mean)",
    "a seed that repeats": "torch.manual_seed(1); nn.init.normal_(tensor, mean, deviation)",
    "a generator of its own": (
        "nn.init.normal_(tensor, mean, deviation, torch.Generator().manual_seed(1))"
    ),
    "one draw for ever": "tensor.copy_(_kept.setdefault('draw', tensor.detach().clone()))",
    "every second draw larger": (
        "_calls[0] += 1; tensor.copy_(mean + deviation * (1 + _calls[0] % 2 / 2) * z)"
    ),
    "every second draw left out": "_calls[0] += 1; _calls[0] % 2 and tensor.fill_(mean)",
    "another layer's numbers": (
        "n = min(z.numel(), _kept['other'].numel()); other = _kept['other'][:n];"
        " tensor.view(-1)[:n] = mean + deviation * (other - other.mean()) / other.std()"
    ),
}
FAULTS_OF_KERNELS = {
    "half of the second axis 10 % off": "tensor[:, : tensor.shape[1] // 2] *= 1.1",
    "one tap 20 % off": "tensor.flatten(2)[..., 0] *= 1.2",
    "one number in every kernel": (
        "tensor.flatten(2).copy_(tensor.flatten(2)[..., :1].expand_as(tensor.flatten(2)).clone())"
    ),
    "correlated taps": (
        "flat = z.flatten(2); tensor.flatten(2)"
        ".copy_(deviation * (0.9 * flat + 0.19**0.5 * torch.randn_like(flat[..., :1])))"
    ),
    "correlated along the second axis": (
        "tensor.copy_(deviation * (0.9 * z + 0.19**0.5 * torch.randn_like(z[:, :1])))"
    ),
    "a truncated normal distribution": (
        "nn.init.trunc_normal_(tensor, mean, deviation, mean - 3 * deviation, mean + 3 * deviation)"
    ),
    "torch's initialization": "nn.init.kaiming_uniform_(tensor, 5**0.5)",
    "Glorot's initialization": "nn.init.xavier_normal_(tensor)",
}
FAULTS_OF_BIASES = {
    "a bias that is not zero": "bias.fill_(0.001)",
    "one number of a bias that is not zero": "bias.view(-1)[-1] = 1e-6",
    "a bias that is drawn": "nn.init.normal_(bias, 0.0, 0.02)",
}
