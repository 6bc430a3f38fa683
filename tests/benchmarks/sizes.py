"""What a benchmark is asked for on the command line: `sizes_and_rounds`."""

import argparse

import cv2
import torch


def sizes_and_rounds(description: str | None, rounds: int) -> tuple[tuple[int, ...], int]:
    """Returns the sides of the images, and how often to measure; all on one thread from now on.

    Args:
        description: What the benchmark does.
        rounds: How often it measures unless it is asked for something else.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="512,1024")
    parser.add_argument("--rounds", type=int, default=rounds)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    return tuple(map(int, args.sizes.split(","))), args.rounds
