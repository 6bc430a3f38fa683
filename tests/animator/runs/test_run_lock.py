"""The lock of a run folder: across threads and processes, and after a kill."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from animator import FakeDiffuser, RunError, render_run
from animator.runs import run_lock
from animator.runs.render_run import open_run
from animator.runs.run import Run
from animator.runs.run_lock import RunLock, is_locked
from tests.fakes import Make

HOLD = """
import sys
from pathlib import Path
from animator.runs.run_lock import RunLock
lock = RunLock(Path(sys.argv[1]))
lock.acquire()
print("locked", flush=True)
sys.stdin.read()
"""


def in_a_thread(call: object) -> None:
    thread = threading.Thread(target=call)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_a_run_opened_in_one_thread_is_closed_in_another(make_animation: Make, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", make_animation())
    in_a_thread(lambda: render_run(run, diffuser=FakeDiffuser(), device="cpu"))
    in_a_thread(run.close)
    with Run.reopen(tmp_path / "run", make_animation()) as again:
        assert again.frames_done == 6


def test_closing_twice_frees_no_other_writer(make_animation: Make, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", make_animation())
    run.close()
    with Run.create(tmp_path / "run", make_animation()):
        run.close()
        assert is_locked(tmp_path / "run")


def test_looking_at_a_lock_makes_no_writer_give_up(tmp_path: Path) -> None:
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            is_locked(tmp_path)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(50):
            lock = RunLock(tmp_path)
            lock.acquire()
            lock.release()
    finally:
        stop.set()
        watcher.join()


def test_a_writer_that_is_killed_leaves_the_run_free(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None and holder.stdout.readline().strip() == b"locked"
        assert is_locked(tmp_path)
        with pytest.raises(RunError, match="another process is rendering here"):
            RunLock(tmp_path).acquire()
        holder.kill()
        holder.wait()
        assert not is_locked(tmp_path)


class Clock:
    """A clock whose sleepers see the run become free after some time."""

    def __init__(self, run: Run, free_after_s: float) -> None:
        self.now = 0.0
        self._run = run
        self._free_after_s = free_after_s

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self._free_after_s:
            self._run.close()


@pytest.mark.parametrize("rendered", [True, False])
def test_who_takes_a_run_over_waits_for_the_other_to_let_go(
    make_animation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, rendered: bool
) -> None:
    run = Run.create(tmp_path / "run", make_animation())
    if rendered:
        render_run(run, diffuser=FakeDiffuser(), device="cpu")
    monkeypatch.setattr(run_lock, "time", Clock(run, 15.0))
    with open_run(make_animation(), tmp_path / "run", resume=True, wait_s=20.0) as again:
        assert again.frames_done == (6 if rendered else 0)


def test_the_wait_for_a_run_ends(
    make_animation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run.create(tmp_path / "run", make_animation()) as run:
        render_run(run, diffuser=FakeDiffuser(), device="cpu")
        clock = Clock(run, 30.0)
        monkeypatch.setattr(run_lock, "time", clock)
        with pytest.raises(RunError, match="another process is rendering here"):
            Run.reopen(tmp_path / "run", make_animation(), wait_s=20.0)
        assert 20.0 <= clock.now < 30.0
