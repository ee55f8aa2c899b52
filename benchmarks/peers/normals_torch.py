"""Normals a CPU second of PyTorch: normals_torch.py COUNT CALLS, into one buffer of COUNT f32."""

import sys

import torch

from peer import report_rate

if __name__ == "__main__":
    count, calls = map(int, sys.argv[1:])
    torch.set_num_threads(1)
    out = torch.empty(count)
    report_rate(lambda: torch.randn(count, out=out), count, calls)
