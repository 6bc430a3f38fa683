"""Ten kills at random moments, of the program or of its worker: every job ends, with the same bits."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from animator.jobs.job import JobState
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from tests.animator.jobs.films import frames_of, preset, rendered_alone
from tests.animator.jobs.test_life_of_workers import program

KILLS, JOBS, FRAMES = 10, 4, 60


def child_of(process: subprocess.Popen[str]) -> int | None:
    """A process that renders for a program; None while there is none."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[-1]) if children else None


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_jobs_survive_ten_kills_with_the_same_bits(tmp_path: Path) -> None:
    moments = random.Random(5)
    expected = [
        rendered_alone(preset(f"slow {number}", FRAMES), tmp_path / str(number)) for number in range(JOBS)
    ]
    with JobQueue(tmp_path / "renders") as queue:
        jobs = [queue.submit(JobRequest(preset=preset(f"slow {number}", FRAMES))) for number in range(JOBS)]
        process = program(queue.renders)
        for kill in range(KILLS):
            time.sleep(moments.uniform(0.0, 6.0))
            worker = child_of(process)
            if kill % 2 and worker is not None:
                os.kill(worker, signal.SIGKILL)
                continue
            process.kill()
            process.communicate()
            process = program(queue.renders)
        done = [queue.wait(job.id, 120) for job in jobs]
        process.send_signal(signal.SIGINT)
        process.communicate()
        assert [job.state for job in done] == [JobState.SUCCEEDED] * JOBS, [job.error for job in done]
        assert [frames_of(job.folder) for job in done] == expected
        assert all(job.films[0].exists() for job in done)
        assert not list(queue.renders.rglob("*part*"))
