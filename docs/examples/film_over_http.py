"""Renders a film on a server, shows its progress, and downloads it; needs nothing but Python.

python film_over_http.py http://127.0.0.1:7860 quickstart film.mp4
"""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any


def ask(url: str, body: object = None, token: str = "") -> Any:
    """Returns the open answer to a GET, or with a body to a POST."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is None:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers))
    data = json.dumps(body).encode()
    return urllib.request.urlopen(
        urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    )


def main(server: str, preset: object, film: Path, token: str = "") -> None:
    """Submits a preset, follows the events of its job, and saves the film."""
    job = json.load(ask(f"{server}/api/v1/jobs", {"preset": preset}, token))
    for line in ask(job["urls"]["events"], token=token):  # ends when the job does
        if line.startswith(b"data: "):
            sys.stderr.write(line[6:200].decode())
    job = json.load(ask(job["urls"]["self"], token=token))
    if job["status"] != "succeeded":
        raise SystemExit(f"{job['status']}: {job['error']}")
    film.write_bytes(ask(job["urls"]["film"], token=token).read())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
