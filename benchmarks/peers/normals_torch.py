"""Normals a second of PyTorch: normals_torch.py DEVICE COUNT CALLS, into one buffer of COUNT f32."""

import sys

import torch

from peer import report_rate

if __name__ == "__main__":
    device, count, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    out = torch.empty(count, device=device)
    report_rate(device, lambda: torch.randn(count, out=out), count, calls)
