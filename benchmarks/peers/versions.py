"""Imports the module named on the command line and prints its version, Python's and the BLAS's."""

import importlib
import os
import platform
import sys

from peer import report

BLAS = ("blas", "mkl", "blis")


def blas_libraries():
    """The names of the BLAS libraries that this process has loaded, where the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if ".so" in line}
    except OSError:
        return []
    names = {"/".join(path.split("/")[-2:]) for path in paths}
    return sorted(n for n in names if any(b in os.path.basename(n).lower() for b in BLAS))


if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1])
    report(
        module=module.__version__,
        python=platform.python_version(),
        blas=", ".join(blas_libraries()),
    )
