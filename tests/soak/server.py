"""A server in a process of its own, for soak tests."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running server.

    Attributes:
        process: Its process; the workers are in its process group.
        url: Its address.
    """

    process: "subprocess.Popen[str]"
    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Returns the JSON answer to a request; None where there is no body."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def kill(self) -> None:
        """Kills the server and its workers, as the kernel does where memory is out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """Ends the server as Ctrl-C does, and returns how many seconds that took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(90)
        return time.monotonic() - begun

    @property
    def children(self) -> list[int]:
        """Process ids of the workers."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]

    @property
    def memory_mb(self) -> float:
        """Memory of the server without its workers, in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000


def start(renders: Path, *options: str) -> Served:
    """Starts a server and returns it once it answers."""
    command = [sys.executable, str(ROOT / "run.py"), "serve", "--port", "0", "--renders", str(renders)]
    common = ["--device", "cpu", "--threads", "1", *options]
    process = subprocess.Popen(
        [*command, *common],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if " serves at " in line:
            return Served(process, line.rpartition(" ")[2].strip())
    raise SystemExit(f"the server ended with {process.wait()} before it answered")
