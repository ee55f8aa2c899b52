"""Draws of a residual network in PyTorch: x + tanh(W x + b), with every W made and used once."""

import math

import torch

from peer import DEVICES, network_arguments, report_draws


def draw(inputs, width, depth):
    """One network (width x inputs); all inputs go through the same weights."""
    x = inputs.repeat(width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    for _ in range(depth):
        weights = torch.randn(width, width, device=x.device)
        biases = torch.randn(width, 1, device=x.device)
        x = x + torch.tanh(sigma_w * (weights @ x) + sigma_b * biases)
    return x


def draw_batch(batch, inputs, width, depth):
    """Several networks side by side (batch x width x inputs), with one buffer for all weights."""
    x = inputs.repeat(batch, width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    weights = torch.empty(batch, width, width, device=x.device)
    biases = torch.empty(batch, width, 1, device=x.device)
    for _ in range(depth):
        h = sigma_w * (weights.normal_() @ x) + sigma_b * biases.normal_()
        x += h.tanh_()
    return x


if __name__ == "__main__":
    arguments = network_arguments(DEVICES)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32, device=arguments.device)

    def one(depth):
        if arguments.batch == 1:
            x = draw(inputs, arguments.width, depth)
        else:
            x = draw_batch(arguments.batch, inputs, arguments.width, depth)
        return x.square().reshape(-1, len(inputs)).mean(0).tolist()

    report_draws(arguments, one)
