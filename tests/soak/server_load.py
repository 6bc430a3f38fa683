"""Queues many small films at once by many clients, and measures how a server answers meanwhile.

    python tests/soak/server_load.py FOLDER [--jobs 100] [--clients 20] [--frames 6] [--workers 1]

Every client submits its share, follows the events of its first job, and polls the others until they end.
Prints response times by kind of request, and the server's memory. Exits with 1 where a job is lost or failed.
"""

import argparse
import statistics
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.soak.say import say
from tests.soak.server import Served, start

ENDED = ("succeeded", "failed", "canceled")


class Load:
    """What the clients share: the server, the times of its answers, and the jobs."""

    def __init__(self, server: Served, jobs: int, frames: int) -> None:
        self.server = server
        self.times: dict[str, list[float]] = defaultdict(list)
        self.events: dict[str, int] = {}
        self.ended: dict[str, str] = {}
        self._share = jobs
        self._frames = frames

    def client(self, number: int) -> None:
        """One client: submits its jobs, follows one, polls the rest."""
        jobs = [self._submit(number, index) for index in range(self._share)]
        follower = threading.Thread(target=self._follow, args=(jobs[0],))
        follower.start()
        waiting = {job["id"]: job["urls"]["self"] for job in jobs}
        while waiting:
            for job_id, url in tuple(waiting.items()):
                status = self._timed("job", "GET", url)["status"]
                if status in ENDED:
                    self.ended[job_id] = status
                    del waiting[job_id]
            self._timed("list", "GET", "/api/v1/jobs?limit=50")
            time.sleep(0.5)
        follower.join()

    def _submit(self, client: int, index: int) -> Any:
        preset = {
            "name": f"film {client} {index}",
            "frames": self._frames,
            "size": [64, 64],
            "prompts": "a lake with mountains at dawn",
            "diffusion": {"steps": 4, "seed": client * 100 + index},
        }
        return self._timed("submit", "POST", "/api/v1/jobs", {"preset": preset})

    def _follow(self, job: Any) -> None:
        with urllib.request.urlopen(job["urls"]["events"], timeout=600) as stream:
            self.events[job["id"]] = sum(line.startswith(b"event:") for line in stream)

    def _timed(self, kind: str, method: str, path: str, body: object = None) -> Any:
        begun = time.monotonic()
        answer = self.server.ask(method, path, body)
        self.times[kind].append(time.monotonic() - begun)
        return answer


def main() -> int:
    """Returns 0 if every job has succeeded."""
    args = _arguments()
    server = start(args.folder, "--workers", str(args.workers))
    before = server.memory_mb
    load, begun = Load(server, args.jobs // args.clients, args.frames), time.monotonic()
    clients = [threading.Thread(target=load.client, args=(number,)) for number in range(args.clients)]
    for client in clients:
        client.start()
    memory = [before]
    while any(client.is_alive() for client in clients):
        memory.append(server.memory_mb)
        time.sleep(1.0)
    for kind, times in load.times.items():
        median, worst = statistics.median(times), max(times)
        say(f"{kind}: {len(times)} answers, median {median * 1000:.0f} ms, worst {worst * 1000:.0f} ms")
    succeeded = sum(status == "succeeded" for status in load.ended.values())
    say(f"{succeeded} of {args.jobs} jobs succeeded in {time.monotonic() - begun:.0f} s")
    say(f"events followed: {len(load.events)} streams, {sum(load.events.values())} events")
    say(f"memory of the server: {before:.0f} MB at first, at most {max(memory):.0f}, {memory[-1]:.0f} last")
    say(f"ended in {server.stop():.1f} s")
    return 0 if succeeded == args.jobs else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--frames", type=int, default=6)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
