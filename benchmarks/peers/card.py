"""The card that PyTorch computes on, or null where it finds none, and what it reaches cards by."""

import torch

from peer import report


def toolkit():
    if torch.version.cuda:
        return f"CUDA {torch.version.cuda}"
    return f"ROCm {torch.version.hip}" if torch.version.hip else None


if __name__ == "__main__":
    found = torch.cuda.is_available()
    report(card=torch.cuda.get_device_name() if found else None, toolkit=toolkit())
