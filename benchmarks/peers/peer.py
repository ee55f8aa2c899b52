"""What the peers share: their command line, their timing and their output, a line of JSON."""

import argparse
import json
import time


def network_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--inputs", type=json.loads, required=True, help="a JSON list of numbers")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1, help="networks drawn side by side")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def report_draws(arguments, draw):
    """Times draw(depth), which returns the mean of x_T^2 for each input, and reports it.

    A draw of at most 20 layers goes first, outside the timing.
    """
    draw(min(arguments.depth, 20))
    moments = []
    start = time.process_time()
    for _ in range(arguments.draws // arguments.batch):
        moments.append(draw(arguments.depth))
    seconds = time.process_time() - start
    report(
        cpuSeconds=seconds / (len(moments) * arguments.batch),
        secondMoments=[sum(column) / len(moments) for column in zip(*moments)],
    )


def report_rate(fill, count, calls):
    """Times fill(), which makes `count` numbers, and reports the numbers a CPU second."""
    fill()
    start = time.process_time()
    for _ in range(calls):
        fill()
    report(perSecond=count * calls / (time.process_time() - start))


def report(**values):
    print(json.dumps(values))
