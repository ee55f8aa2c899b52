"""Normals a CPU second of NumPy: normals_numpy.py GENERATOR COUNT CALLS, into one buffer of f32."""

import sys

import numpy as np

from peer import report_rate

if __name__ == "__main__":
    generator, count, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.Generator(getattr(np.random, generator)(1))
    out = np.empty(count, dtype=np.float32)
    report_rate("cpu", lambda: rng.standard_normal(out=out, dtype=np.float32), count, calls)
