"""Tangent kernels of y = x_{T,1} for two inputs in PyTorch, without weights.

Forwards a layer's preactivations are H = Z R^T, with Z iid N(0, 1), R R^T = K = At^T At and
At = [s_w X; s_b 1^T]. Backwards, with V = phi'(H) o Delta, V^T V = S S^T and E iid N(0, 1), the
gradients of the layer before are Delta + s_w (At A + E S^T) without the last row, where
A = R^-T (Z^T V - R^-1 At^T E S^T): given Z, what is left of the weights is still fresh.
"""

import math

import torch

from peer import DEVICES, network_arguments, report_kernels


def factor(k):
    """R of 2 x 2 matrices, lower triangular."""
    r00 = k[:, 0, 0].sqrt()
    r10 = k[:, 1, 0] / r00
    r11 = (k[:, 1, 1] - r10 * r10).clamp(min=0).sqrt()
    return torch.stack([r00, torch.zeros_like(r00), r10, r11], 1).reshape(-1, 2, 2)


def inverse(r):
    """That of a factor."""
    i00, i11 = 1 / r[:, 0, 0], 1 / r[:, 1, 1]
    i10 = -r[:, 1, 0] * i00 * i11
    return torch.stack([i00, torch.zeros_like(i00), i10, i11], 1).reshape(-1, 2, 2)


def draw(batch, inputs, width, depth):
    """K_W and K_b of draws side by side (batch x 2 x 2 each)."""
    s_w, s_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    x = inputs.repeat(batch, width, 1)
    tape = []
    for _ in range(depth):
        gram = s_w**2 * (x.transpose(1, 2) @ x)
        r = factor(gram + s_b**2)
        z = torch.randn_like(x)
        phi = torch.tanh(z @ r.transpose(1, 2))
        tape.append((x, z, r, phi, gram))
        x = x + phi
    gradient = torch.zeros_like(x)
    gradient[:, 0] = 1
    weights, biases = 0, 0
    while tape:
        x, z, r, phi, gram = tape.pop()
        v = (1 - phi * phi) * gradient
        square = v.transpose(1, 2) @ v
        weights += gram * square
        biases += s_b**2 * square
        s = factor(square).transpose(1, 2)
        e, last = torch.randn_like(x), torch.randn(batch, 1, 2, device=x.device)
        overlap = s_w * (x.transpose(1, 2) @ e) + s_b * last
        back = inverse(r)
        a = back.transpose(1, 2) @ (z.transpose(1, 2) @ v - back @ overlap @ s)
        gradient += s_w * (s_w * (x @ a) + e @ s)
    return weights, biases


if __name__ == "__main__":
    arguments = network_arguments(DEVICES)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32, device=arguments.device)
    report_kernels(
        arguments, lambda depth: draw(arguments.batch, inputs, arguments.width, depth)
    )
