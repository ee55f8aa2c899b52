"""What the peers share: their command line, their timing and their output, a line of JSON."""

import argparse
import json
import time

DEVICES = ("cpu", "cuda")


def network_parser(devices=("cpu",)):
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--inputs", type=json.loads, required=True, help="a JSON list of numbers")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1, help="networks drawn side by side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=devices, default="cpu")
    return parser


def network_arguments(devices=("cpu",)):
    return network_parser(devices).parse_args()


def timed(device, work):
    """What work() returns and the seconds that it takes.

    CPU seconds of this process; on a GPU wall seconds, from when it is idle to when it is again.
    """
    if device == "cpu":
        start = time.process_time()
        result = work()
        return result, time.process_time() - start
    import torch

    torch.cuda.synchronize()
    start = time.perf_counter()
    result = work()
    torch.cuda.synchronize()
    return result, time.perf_counter() - start


def report_draws(arguments, draw):
    """Times draw(depth), which returns the mean of x_T^2 for each input, and reports it.

    A draw of at most 20 layers goes first, outside the timing.
    """
    draw(min(arguments.depth, 20))
    batches = arguments.draws // arguments.batch
    moments, seconds = timed(
        arguments.device, lambda: [draw(arguments.depth) for _ in range(batches)]
    )
    report(
        seconds=seconds / (batches * arguments.batch),
        secondMoments=[sum(column) / batches for column in zip(*moments)],
    )


def report_kernels(arguments, draw):
    """Times draw(depth), which returns K_W and K_b of `batch` draws side by side; reports their means.

    A draw of at most 20 layers goes first, outside the timing.
    """
    draw(min(arguments.depth, 20))
    batches = arguments.draws // arguments.batch

    def draws():
        """Sums over the draws of a batch: of the weights, of the biases."""
        found = [draw(arguments.depth) for _ in range(batches)]
        return [sum(k.reshape(-1, *k.shape[-2:]).sum(0) for k in part) for part in zip(*found)]

    sums, seconds = timed(arguments.device, lambda: [part.cpu() for part in draws()])
    count = batches * arguments.batch
    weights, biases = [(part / count).flatten().tolist() for part in sums]
    report(seconds=seconds / count, weights=weights, biases=biases)


def report_rate(device, fill, count, calls):
    """Times fill(), which makes `count` numbers, and reports the numbers a second."""
    fill()
    _, seconds = timed(device, lambda: [fill() for _ in range(calls)])
    report(perSecond=count * calls / seconds)


def report(**values):
    print(json.dumps(values), flush=True)
