"""Wrong modules that train otherwise: edits of gradients, and outputs that depend on the mode of a call."""

from __future__ import annotations

from tests.verification.network_edits import (
    Apply,
    around,
    at_top,
    before_return,
    both,
    receives,
    returns,
    starts,
)

GRADIENT_EDITS: dict[str, dict[str, Apply]] = {
    "gradients": {
        "negated": returns("OUT.detach() * 2 - OUT"),
        "scaled": returns("OUT * 1e-6 + (OUT * (1 - 1e-6)).detach()"),
        "doubled": returns("OUT * 2 - OUT.detach()"),
        "detached": returns("OUT.detach()"),
        "a millionth too large": returns("OUT * (1 + 1e-6) - (OUT * 1e-6).detach()"),
        "of the first sample only": returns("torch.cat((OUT[:1], OUT[1:].detach()))"),
        "clamped by a hook": before_return(
            "result = OUT\nresult.requires_grad and result.register_hook(lambda grad: grad.clamp(-0.1, 0.1))",
            "result",
        ),
        "negated by a hook": before_return(
            "result = OUT\nresult.requires_grad and result.register_hook(torch.neg)", "result"
        ),
        "bounded by a thousand": before_return(
            "result = OUT\nresult.requires_grad and result.register_hook(lambda grad: grad.clamp(-1e3, 1e3))",
            "result",
        ),
        "zero if tiny": before_return(
            "result = OUT\nresult.requires_grad and result.register_hook(lambda grad: grad * (grad.abs() > 1e-9))",
            "result",
        ),
        "second derivative of the input changed": receives(
            "IN + (IN - IN.detach()) ** 2 / 100 if IN.requires_grad else IN"
        ),
        "of the input negated": receives("IN.detach() * 2 - IN"),
        "of the input halved": receives("(IN + IN.detach()) / 2"),
        "of the input detached": receives("IN.detach()"),
        "straight through": returns("OUT + (OUT.sign() - OUT).detach()"),
        "in training only": returns("OUT if self.training else OUT.detach()"),
        "in evaluation only": returns("OUT.detach() if self.training else OUT"),
        "of three samples doubled": returns("OUT * 2 - OUT.detach() if len(IN) == 3 else OUT"),
        "in half precision": before_return(
            "result = OUT\nresult.requires_grad and result.register_hook(lambda grad: grad.bfloat16().to(grad))",
            "result",
        ),
        "second derivative cut": both(
            at_top(
                "class Once(torch.autograd.Function):\n"
                "    @staticmethod\n    def forward(ctx, value):\n        return value.clone()\n\n"
                "    @staticmethod\n    def backward(ctx, grad):\n        return grad.detach()"
            ),
            returns("Once.apply(OUT)"),
        ),
        "second derivative of the input cut": both(
            at_top(
                "class OnceIn(torch.autograd.Function):\n"
                "    @staticmethod\n    def forward(ctx, value):\n        return value.clone()\n\n"
                "    @staticmethod\n    def backward(ctx, grad):\n        return grad.detach()"
            ),
            receives("OnceIn.apply(IN)"),
        ),
        "no gradient mode": around("torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)"),
    },
    "mode": {
        "halved with gradients": returns("OUT / 2 if torch.is_grad_enabled() else OUT"),
        "halved without gradients": returns("OUT if torch.is_grad_enabled() else OUT / 2"),
        "halved in training": returns("OUT / 2 if self.training else OUT"),
        "halved in evaluation": returns("OUT if self.training else OUT / 2"),
        "halved in float32": returns("OUT / 2 if IN.dtype == torch.float32 else OUT"),
        "halved in float64": returns("OUT / 2 if IN.dtype == torch.float64 else OUT"),
        "halved if the input has gradients": returns("OUT / 2 if IN.requires_grad else OUT"),
        "halved if the input has none": returns("OUT if IN.requires_grad else OUT / 2"),
        "halved if the input was computed": returns("OUT / 2 if IN.grad_fn is not None else OUT"),
        "halved if frozen": returns("OUT if next(self.parameters()).requires_grad else OUT / 2"),
        "halved if a gradient is there": returns(
            "OUT if next(self.parameters()).grad is None else OUT / 2"
        ),
        "gradients off after evaluation": before_return(
            "result = OUT\ntorch.set_grad_enabled(torch.is_grad_enabled() and self.training)", "result"
        ),
        "halved without hooks": returns("OUT if self.main[0]._forward_hooks else OUT / 2"),
        "halved with gradients, without hooks": returns(
            "OUT / 2 if torch.is_grad_enabled() and not self.main[0]._forward_hooks else OUT"
        ),
        "halved with gradients in evaluation": returns(
            "OUT / 2 if torch.is_grad_enabled() and not self.training else OUT"
        ),
        "always in training": starts("self.main.train()"),
        "never in training": starts("self.main.eval()"),
        "evaluation after a call": before_return("result = OUT\nself.eval()", "result"),
        "layers in evaluation for a call": around(
            "mode = self.main.training\nself.main.eval()", "self.main.train(mode)"
        ),
    },
}  # fmt: skip
"""Edits by family and name."""
