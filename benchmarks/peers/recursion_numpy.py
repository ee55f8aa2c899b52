"""Draws of a residual network in NumPy: x + tanh(W x + b), with every W made and used once."""

import math

import numpy as np

from peer import network_arguments, report_draws


def draw(rng, inputs, width, depth):
    """One network (width x inputs); all inputs go through the same weights."""
    x = np.tile(inputs, (width, 1))
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    for _ in range(depth):
        weights = rng.standard_normal((width, width), dtype=np.float32)
        biases = rng.standard_normal((width, 1), dtype=np.float32)
        x = x + np.tanh(sigma_w * (weights @ x) + sigma_b * biases)
    return x


if __name__ == "__main__":
    arguments = network_arguments()
    rng = np.random.default_rng(arguments.seed)
    inputs = np.array(arguments.inputs, dtype=np.float32)
    report_draws(
        arguments,
        lambda depth: (draw(rng, inputs, arguments.width, depth) ** 2).mean(0).tolist(),
    )
