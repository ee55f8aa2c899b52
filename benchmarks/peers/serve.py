"""Imports a module once for all scripts that use it: serve.py MODULE.

Prints the versions of the module, of Python and of the BLAS; then, for each line of standard input, a
JSON list of a script and its arguments, what became of it. Each script runs in a process of its own,
forked from this one, so that none meets what another left behind.
"""

import importlib
import json
import os
import platform
import runpy
import sys
import tempfile
import traceback

from peer import report

HERE = os.path.dirname(os.path.abspath(__file__))
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


def run(script, arguments):
    """The exit status of a script, what it printed, and what it said on standard error."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            run_here(script, arguments)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0)
        errors.seek(0)
        return {"status": status, "output": output.read(), "errors": errors.read()}


def run_here(script, arguments):
    """Runs a script and ends this process."""
    status = 1
    try:
        sys.argv = [script, *arguments]
        runpy.run_path(os.path.join(HERE, script), run_name="__main__")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1])
    report(
        module=module.__version__,
        python=platform.python_version(),
        blas=", ".join(blas_libraries()),
    )
    for line in sys.stdin:
        script, *arguments = json.loads(line)
        report(**run(script, arguments))
