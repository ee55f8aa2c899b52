"""Steps of gradient descent on a completed tanh network in PyTorch, with mean squared error.

x_0 = s_A A z, x_{l+1} = x_l + tanh(s_W W x_l + s_b b), y = s_G G x_L; gradients are those with respect
to A, W, b and G. A file holds, in f32: images, targets, A, then W and b of each layer, then G.
"""

import argparse
import math

import torch
from torch.nn import functional as F

from peer import DEVICES, report, timed

INPUTS, OUTPUTS = 784, 10


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=["autograd", "by-hand"])
    parser.add_argument("file")
    for name in ["width", "depth", "count", "batch", "warmup", "steps"]:
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--device", choices=DEVICES, default="cpu")
    return parser.parse_args()


class Problem:
    """The data, the parameters before training, and the scales that the network applies to them."""

    def __init__(self, file, width, depth, count, device):
        numbers = torch.from_file(file, size=self.size(width, depth, count)).to(device, copy=True)
        self.position = 0
        take = lambda *shape: self.take(numbers, *shape)
        self.images = take(count, INPUTS)
        self.targets = take(count, OUTPUTS)
        self.A = take(width, INPUTS)
        layers = [(take(width, width), take(width)) for _ in range(depth)]
        self.W = [weights for weights, _ in layers]
        self.b = [biases for _, biases in layers]
        self.G = take(OUTPUTS, width)
        self.s_A = math.sqrt(1 / INPUTS)
        self.s_W = math.sqrt(1 / depth / width)
        self.s_b = 0.1 * math.sqrt(1 / depth)
        self.s_G = math.sqrt(1 / width)

    @staticmethod
    def size(width, depth, count):
        outer = INPUTS + OUTPUTS
        return count * outer + width * outer + depth * width * (width + 1)

    def take(self, numbers, *shape):
        start, self.position = self.position, self.position + math.prod(shape)
        return numbers[start : self.position].reshape(shape).clone()


def autograd(problem, rate):
    """As one would write it: the network, a loss, `backward` and an optimizer."""
    p = problem
    parameters = [p.A, *p.W, *p.b, p.G]
    for parameter in parameters:
        parameter.requires_grad_()
    optimizer = torch.optim.SGD(parameters, lr=rate)

    def network(z):
        x = F.linear(z, p.s_A * p.A)
        for W, b in zip(p.W, p.b):
            x = x + torch.tanh(F.linear(x, p.s_W * W, p.s_b * b))
        return F.linear(x, p.s_G * p.G)

    def step(images, targets):
        optimizer.zero_grad()
        loss = F.mse_loss(network(images), targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


@torch.no_grad()
def by_hand(problem, rate, batch):
    """Without autograd: scales inside the products, buffers that are used again, updates in place.

    The gradient is scaled by -rate at the top, and so is everything below.
    """
    p = problem
    depth, width = len(p.W), p.A.shape[0]
    buffer = lambda: torch.empty(batch, width, device=p.A.device)
    x = [buffer() for _ in range(depth + 1)]
    h = [buffer() for _ in range(depth)]
    dx, dz = buffer(), buffer()
    nothing = torch.zeros(1, device=p.A.device)
    tanh_backward = torch.ops.aten.tanh_backward.grad_input

    @torch.no_grad()
    def step(images, targets):
        torch.addmm(nothing, images, p.A.t(), beta=0, alpha=p.s_A, out=x[0])
        for layer in range(depth):
            torch.addmm(p.b[layer], x[layer], p.W[layer].t(), beta=p.s_b, alpha=p.s_W, out=h[layer])
            torch.add(x[layer], h[layer].tanh_(), out=x[layer + 1])
        residual = torch.addmm(targets, x[depth], p.G.t(), beta=-1, alpha=p.s_G)
        loss = residual.square().mean()
        dy = residual.mul_(-rate * 2 / residual.numel())
        torch.addmm(nothing, dy, p.G, beta=0, alpha=p.s_G, out=dx)
        p.G.addmm_(dy.t(), x[depth], alpha=p.s_G)
        for layer in reversed(range(depth)):
            tanh_backward(dx, h[layer], grad_input=dz)
            dx.addmm_(dz, p.W[layer], alpha=p.s_W)
            p.W[layer].addmm_(dz.t(), x[layer], alpha=p.s_W)
            p.b[layer].add_(dz.sum(0), alpha=p.s_b)
        p.A.addmm_(dx.t(), images, alpha=p.s_A)
        return loss

    return step


if __name__ == "__main__":
    options = arguments()
    torch.set_num_threads(1)
    problem = Problem(
        options.file, options.width, options.depth, options.count, options.device
    )
    if options.way == "autograd":
        step = autograd(problem, options.rate)
    else:
        step = by_hand(problem, options.rate, options.batch)

    def run(first, steps):
        """The losses, which are asked for at the end only: a GPU is never waited for before."""
        losses = []
        for k in range(first, first + steps):
            rows = torch.arange(k * options.batch, (k + 1) * options.batch, device=options.device)
            rows %= options.count
            losses.append(step(problem.images[rows], problem.targets[rows]))
        return torch.stack(losses).tolist()

    losses = run(0, options.warmup)
    more, seconds = timed(options.device, lambda: run(options.warmup, options.steps))
    report(seconds=seconds / options.steps, losses=losses + more)
