"""Draws of a residual network in PyTorch without its weights: x + tanh(W x + b).

Given the states X (inputs x width) the preactivations of a layer are R Z, with Z iid N(0, 1) and
R R^T = X X^T / (depth width) + 1 / depth. Two inputs take the factor of a 2 x 2 matrix in f32; more,
which are close, take Cholesky's in f64, of a matrix whose diagonal is made larger by 1e-12 of it.

With --points the inputs are nodes of Chebyshev's, from the right to the left, and a draw is the first
coordinate as the polynomial through them has it at evenly spaced points.
"""

import math

import torch

from peer import DEVICES, network_parser, report, timed


def pair_factor(k):
    """R of a 2 x 2 matrix."""
    r00 = k[:, 0, 0].sqrt()
    r10 = k[:, 1, 0] / r00
    r11 = (k[:, 1, 1] - r10 * r10).clamp(min=0).sqrt()
    return torch.stack([r00, torch.zeros_like(r00), r10, r11], 1).reshape(-1, 2, 2)


def factor(k):
    diagonal = k.diagonal(dim1=1, dim2=2)
    diagonal *= 1 + 1e-12
    return torch.linalg.cholesky_ex(k)[0].float()


def draw(batch, inputs, width, depth):
    """x_T of several networks side by side (batch x inputs x width)."""
    x = inputs[None, :, None].repeat(batch, 1, width)
    z = torch.empty_like(x)
    for _ in range(depth):
        if len(inputs) == 2:
            gram = x @ x.transpose(1, 2)
            r = pair_factor(gram.mul_(1 / depth / width).add_(1 / depth))
        else:
            wide = x.double()
            gram = wide @ wide.transpose(1, 2)
            r = factor(gram.mul_(1 / depth / width).add_(1 / depth))
        x += (r @ z.normal_()).tanh_()
    return x


def interpolation(nodes, points):
    """Takes values at so many nodes to those at so many evenly spaced points (points x nodes).

    By coefficients in Chebyshev's polynomials, of which T_n is cos(n t) at cos t.
    """
    orders = torch.arange(nodes, dtype=torch.float64)
    at_nodes = torch.cos(orders[:, None] * orders * (math.pi / (nodes - 1)))
    angles = torch.linspace(-1, 1, points, dtype=torch.float64).acos()
    at_points = torch.cos(angles[:, None] * orders)
    return torch.linalg.solve(at_nodes.T, at_points.T).T.float()


if __name__ == "__main__":
    parser = network_parser(DEVICES)
    parser.add_argument("--points", type=int, help="values of a function that a draw gives")
    arguments = parser.parse_args()
    device, batch = arguments.device, arguments.batch
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(arguments.seed)
    inputs = torch.tensor(arguments.inputs, dtype=torch.float32, device=device)
    matrix = interpolation(len(inputs), arguments.points).to(device) if arguments.points else None

    def given(x):
        """What a draw gives: its first coordinate, at the inputs or at the points."""
        return (x[:, :, 0] if matrix is None else x[:, :, 0] @ matrix.T).cpu()

    given(draw(batch, inputs, arguments.width, min(arguments.depth, 20)))
    batches = arguments.draws // batch
    last = None

    def draws():
        global last
        for _ in range(batches):
            last = draw(batch, inputs, arguments.width, arguments.depth)
            given(last)

    _, seconds = timed(device, draws)
    if matrix is not None:
        last = torch.einsum("pn,bnd->bpd", matrix, last)
    report(
        seconds=seconds / (batches * batch),
        secondMoments=(last @ last.transpose(1, 2) / arguments.width).mean(0).flatten().tolist(),
    )
