"""What a run recorded of its inputs and its machine, compared with the session that resumes it."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import torch

from animator.core.json_text import parse_json
from animator.core.read import read_text
from animator.errors import AcceptChangedInputs, RunError
from animator.models.diffusion.load_options import Precision
from animator.runs.inputs import Input, inputs_of
from animator.runs.run_record import RUN_JSON, run_facts
from animator.settings import Animation

log = logging.getLogger(__name__)
MAX_BYTES = 64_000_000
MAX_THREADS = 4096


@dataclass(frozen=True)
class Changes:
    """What differs between the sessions of a run.

    Attributes:
        inputs: The fingerprint of each input, for the run's record.
        log: An entry for each difference, now and in earlier sessions, for the run's record.
        changed: A line for each input with another content.
        missing: A line for each input that is missing.
    """

    inputs: tuple[Mapping[str, Any], ...]
    log: tuple[Mapping[str, Any], ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def check(self, folder: Path, *, accept: bool) -> None:
        """Checks that no input has changed.

        Args:
            folder: The run folder.
            accept: Inputs with another content are only logged.

        Raises:
            RunError: An input is missing, or has changed and is not accepted.
        """
        if self.missing or (self.changed and not accept):
            lines = "\n  ".join((*self.missing, *self.changed))
            raise RunError(
                f"{folder}: files that the film reads are not as they were when its frames were rendered; "
                f"the frames are left as they are.\n  {lines}\nPut them back as they were",
                None if self.missing else AcceptChangedInputs(),
            )
        for line in self.changed:
            log.warning("%s", line)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The part of run.json that holds them."""
        return {"inputs": self.inputs, **({"changes": self.log} if self.log else {})}


def read_record(folder: Path) -> Mapping[str, Any]:
    """Returns the content of a run's run.json; empty where it is missing or broken."""
    try:
        record = parse_json(read_text(folder / RUN_JSON, MAX_BYTES))
    except ValueError:
        return {}
    return record if isinstance(record, Mapping) else {}


def recorded_threads(folder: Path) -> int | None:
    """Returns the number of CPU threads that a run was rendered with; None where it is unknown."""
    threads = read_record(folder).get("threads")
    if not isinstance(threads, int) or isinstance(threads, bool):
        return None
    return threads if 1 <= threads <= MAX_THREADS else None


def recorded_precision(folder: Path, device: torch.device) -> Precision | None:
    """Returns the precision in which a run of a CPU goes on; None where the device decides, as on GPUs.

    Args:
        folder: The run folder. Runs of earlier versions record none; theirs was single precision.
        device: Device of this session.
    """
    record = read_record(folder)
    if device.type != "cpu" or record.get("device") != "cpu":
        return None
    given = record.get("precision", "fp32")
    return next((known for known in get_args(Precision) if known == given and known != "auto"), None)


def compare_session(folder: Path, animation: Animation, first: int, device: torch.device) -> Changes:
    """Compares a run's record with the files and the machine of this session.

    Logs a warning for a machine that may compute other bits, and one for a record without fingerprints.

    Args:
        folder: The run folder.
        animation: The settings to render with.
        first: The first frame to render; nothing is compared at frame 0.
        device: Device of images and models.
    """
    inputs = inputs_of(animation)
    now = {(item.setting, item.name): _entry(item) for item in inputs}
    listed = tuple(entry for entry in now.values() if "sha256" in entry)
    record = read_record(folder) if first > 0 else {}
    if first == 0:
        return Changes(listed)
    before = _recorded_inputs(record)
    if before is None:
        log.warning(
            "%s: does not say what the film's input files were, so whether they changed is not known", folder
        )
    entries = [*_machine_changes(record, animation, first, device)]
    changed: list[str] = []
    for key, entry in now.items():
        old = (before or {}).get(key)
        if old is not None and "sha256" in entry and not _is_same(old, entry):
            changed.append(f"{_place(entry)}: has changed: {_describe(old)}, now {_describe(entry)}")
            entries.append({"frame": first, "input": entry["name"], "was": old, "now": entry})
    missing = [
        f"{_place(entry)}: is missing; it was {before[key].get('path')}"
        for key, entry in now.items()
        if "sha256" not in entry and before and key in before
    ]
    earlier = record.get("changes")
    past = [entry for entry in earlier if isinstance(entry, Mapping)] if isinstance(earlier, list) else []
    return Changes(listed, (*past, *entries), tuple(changed), tuple(missing))


def _entry(item: Input) -> dict[str, Any]:
    entry: dict[str, Any] = {"setting": item.setting, "name": item.name, "path": str(item.path.absolute())}
    known = item.fingerprint()
    if known is not None:
        entry |= {"bytes": known.bytes, "sha256": known.sha256}
        entry |= {} if known.is_whole else {"samples_only": True}
    return entry


def _recorded_inputs(record: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]] | None:
    """Returns the recorded inputs by setting and name; None in records of earlier versions."""
    listed = record.get("inputs")
    if not isinstance(listed, list):
        return None
    entries = [
        entry for entry in listed if isinstance(entry, Mapping) and isinstance(entry.get("sha256"), str)
    ]
    return {(str(entry.get("setting")), str(entry.get("name"))): entry for entry in entries}


def _is_same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return (old.get("bytes"), old.get("sha256")) == (new["bytes"], new["sha256"])


def _place(entry: Mapping[str, Any]) -> str:
    return f"{entry['setting']}: {entry['name']}"


def _describe(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('bytes')} bytes, SHA-256 {entry.get('sha256')!s:.12}"


def _machine_changes(
    record: Mapping[str, Any], animation: Animation, first: int, device: torch.device
) -> Iterator[Mapping[str, Any]]:
    """Yields an entry for each fact of the machine on which the last bits of a frame depend; logs it, too."""
    now = run_facts(animation, device)
    old_versions = record.get("versions")
    was = {**record, "torch": old_versions.get("torch") if isinstance(old_versions, Mapping) else None}
    facts = {**now, "torch": now["versions"].get("torch")}
    for name in ("threads", "device", "torch", "machine"):
        if was.get(name) is not None and was[name] != facts[name]:
            log.warning(
                "%s: was %s when the first frames were rendered, now %s; the last bits of the other frames "
                "may differ from those of a film that never stopped",
                *(name, was[name], facts[name]),
            )
            yield {"frame": first, "fact": name, "was": was[name], "now": facts[name]}
