"""Draws of a convolutional residual network in PyTorch: x + tanh(W * x + b), with every W used once."""

import math

import torch
from torch.nn.functional import conv2d

from peer import network_parser, report_draws


def draw(batch, image, width, depth, kernel):
    """Several networks side by side (1 x batch width x rows x columns), weights divided by fan-in."""
    x = image.repeat(1, batch * width, 1, 1)
    sigma_w = math.sqrt(1 / depth / width) / kernel
    sigma_b = math.sqrt(1 / depth)
    weights = torch.empty(batch * width, width, kernel, kernel)
    biases = torch.empty(batch * width, 1, 1)
    for _ in range(depth):
        h = conv2d(x, weights.normal_(), padding=kernel // 2, groups=batch)
        x += (sigma_w * h + sigma_b * biases.normal_()).tanh_()
    return x


if __name__ == "__main__":
    parser = network_parser()
    parser.add_argument("--kernel", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(arguments.seed)
    image = torch.tensor(arguments.inputs, dtype=torch.float32)

    def one(depth):
        x = draw(arguments.batch, image, arguments.width, depth, arguments.kernel)
        return x.square().mean((0, 1)).flatten().tolist()

    report_draws(arguments, one)
