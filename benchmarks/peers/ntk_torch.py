"""Tangent kernels of y = x_{T,1} in PyTorch: every W is made and kept for the way back.

Of the gradients of all parameters only those of the preactivations are asked for: the kernel of a
layer is their Gram matrix times that of its states. One backward pass serves all inputs, and all
networks that are side by side.
"""

import math

import torch

from peer import DEVICES, network_arguments, report_kernels


def draw(inputs, width, depth, side=()):
    """K_W and K_b of one network (width x inputs), or of so many side by side."""
    x = inputs.repeat(*side, width, 1)
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    states, preactivations = [], []
    for _ in range(depth):
        weights = torch.randn(*side, width, width, device=x.device)
        biases = torch.randn(*side, width, 1, device=x.device)
        h = sigma_w * (weights @ x) + sigma_b * biases
        h.requires_grad_()
        states.append(x.detach())
        preactivations.append(h)
        x = x + torch.tanh(h)
    back = torch.stack(torch.autograd.grad(x[..., 0, :].sum(), preactivations))
    back = back.transpose(-1, -2) @ back
    states = torch.stack(states)
    states = states.transpose(-1, -2) @ states
    return (sigma_w**2 * back * states).sum(0), (sigma_b**2 * back).sum(0)


if __name__ == "__main__":
    arguments = network_arguments(DEVICES)
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32, device=arguments.device)
    side = () if arguments.batch == 1 else (arguments.batch,)
    report_kernels(arguments, lambda depth: draw(inputs, arguments.width, depth, side))
