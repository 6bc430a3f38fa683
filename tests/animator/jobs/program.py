"""A program with workers, for tests that kill it.

python -m tests.animator.jobs.program RENDERS
"""

import sys
import time
from pathlib import Path

from animator.jobs.queue import JobQueue
from animator.jobs.workers import Workers
from tests.animator.jobs.films import open_obedient, options

if __name__ == "__main__":
    renders = Path(sys.argv[1])
    with JobQueue(renders) as queue, Workers(queue, options(renders), 1, open_obedient):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            sys.stdout.write("stopped\n")
