"""Tangent kernels of y = x_{T,1} in PyTorch: every W is made and kept for the way back.

Of the gradients of all parameters only those of the preactivations are asked for: the kernel of a
layer is their Gram matrix times that of its states. One backward pass serves all inputs.
"""

import math
import time

import torch

from peer import network_arguments, report


def draw(inputs, width, depth):
    """K_W and K_b of one network (width x inputs)."""
    x = inputs.repeat(width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    states, preactivations = [], []
    for _ in range(depth):
        h = sigma_w * (torch.randn(width, width) @ x) + sigma_b * torch.randn(width, 1)
        h.requires_grad_()
        states.append(x.detach())
        preactivations.append(h)
        x = x + torch.tanh(h)
    back = torch.stack(torch.autograd.grad(x[0].sum(), preactivations))
    back = back.transpose(1, 2) @ back
    states = torch.stack(states)
    states = states.transpose(1, 2) @ states
    return (sigma_w**2 * back * states).sum(0), (sigma_b**2 * back).sum(0)


if __name__ == "__main__":
    arguments = network_arguments()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32)
    draw(inputs, arguments.width, min(arguments.depth, 20))
    kernels = []
    start = time.process_time()
    for _ in range(arguments.draws):
        kernels.append(torch.stack(draw(inputs, arguments.width, arguments.depth)))
    seconds = time.process_time() - start
    weights, biases = torch.stack(kernels).mean(0)
    report(
        cpuSeconds=seconds / arguments.draws,
        weights=weights.flatten().tolist(),
        biases=biases.flatten().tolist(),
    )
