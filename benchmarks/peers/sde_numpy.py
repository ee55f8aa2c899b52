"""Draws of the Euler scheme of the limiting diffusion in NumPy, with its Brownian increments.

dx = phi''(0)/2 (sigma_b^2 + sigma_w^2 |x|^2 / D) dt + phi'(0) (dW x + db), which for tanh is dW x + db.
"""

import math

import numpy as np

from peer import network_arguments, report_draws


def draw(rng, inputs, width, depth):
    """One path (width x inputs); all inputs are driven by the same Brownian motions."""
    x = np.tile(inputs, (width, 1))
    sigma_w, sigma_b = math.sqrt(1 / depth / width), math.sqrt(1 / depth)
    for _ in range(depth):
        dw = rng.standard_normal((width, width), dtype=np.float32)
        db = rng.standard_normal((width, 1), dtype=np.float32)
        x = x + sigma_w * (dw @ x) + sigma_b * db
    return x


if __name__ == "__main__":
    arguments = network_arguments()
    rng = np.random.default_rng(arguments.seed)
    inputs = np.array(arguments.inputs, dtype=np.float32)
    report_draws(
        arguments,
        lambda depth: (draw(rng, inputs, arguments.width, depth) ** 2).mean(0).tolist(),
    )
