"""Draws of the Euler scheme of the limiting diffusion in PyTorch, with its Brownian increments.

dx = phi''(0)/2 (sigma_b^2 + sigma_w^2 |x|^2 / D) dt + phi'(0) (dW x + db), which for tanh is dW x + db.
"""

import math

import torch

from peer import network_arguments, report_draws


def draw(inputs, width, depth):
    """One path (width x inputs); all inputs are driven by the same Brownian motions."""
    x = inputs.repeat(width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    for _ in range(depth):
        x = x + sigma_w * (torch.randn(width, width) @ x) + sigma_b * torch.randn(width, 1)
    return x


def draw_batch(batch, inputs, width, depth):
    """Several paths side by side (batch x width x inputs), with one buffer for all increments."""
    x = inputs.repeat(batch, width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    dw = torch.empty(batch, width, width)
    db = torch.empty(batch, width, 1)
    for _ in range(depth):
        x += sigma_w * (dw.normal_() @ x) + sigma_b * db.normal_()
    return x


if __name__ == "__main__":
    arguments = network_arguments()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32)

    def one(depth):
        if arguments.batch == 1:
            x = draw(inputs, arguments.width, depth)
        else:
            x = draw_batch(arguments.batch, inputs, arguments.width, depth)
        return x.square().reshape(-1, len(inputs)).mean(0).tolist()

    report_draws(arguments, one)
