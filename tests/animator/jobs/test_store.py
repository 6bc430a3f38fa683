"""The store: several programs at once, what it refuses, filters, conditional changes, events."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from animator.errors import JobNotFoundError, JobStoreError, RunError
from animator.jobs import store as store_module
from animator.jobs.job import Job, JobState
from animator.jobs.request import JobRequest
from animator.jobs.store import FILE, JobFilter, JobStore

QUEUED, RUNNING, PAUSED = JobState.QUEUED, JobState.RUNNING, JobState.PAUSED


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(tmp_path)


def add(store: JobStore, priority: int = 0, **labels: str) -> Job:
    return store.add(JobRequest(preset="film.yaml", priority=priority, labels=labels), 1000)


def test_another_program_sees_and_changes_the_jobs(store: JobStore, tmp_path: Path) -> None:
    job, before = add(store), store.version()
    code = "import sys; from pathlib import Path; from animator.jobs.queue import JobQueue\n"
    code += "queue = JobQueue(sys.argv[1]); job, = queue.find(); print(queue.pause(job.id).state.value)"
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "paused\n"
    assert store.get(job.id).state is PAUSED and store.version() != before
    assert store.version() == store.version()


def test_two_connections_write_in_turns(store: JobStore, tmp_path: Path) -> None:
    other = JobStore(tmp_path)
    numbers = [add(one).number for _ in range(20) for one in (store, other)]
    assert numbers == list(range(1, 41)) and other.count(QUEUED) == 40
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    JobStore(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(RunError, match="job store of version 7; expected 1: use the animator that wrote it"):
        JobStore(tmp_path)


def test_what_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("my notes" * 100)
    with pytest.raises(RunError, match="is not a job store: file is not a database; move it away"):
        JobStore(tmp_path)
    assert (tmp_path / FILE).read_text().startswith("my notes")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(RunError, match="cannot be opened: .*; expected a file on a local disk"):
        JobStore(tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "renders").touch()
    with pytest.raises(RunError, match="renders: cannot be created"):
        JobStore(tmp_path / "renders")


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_links_are_refused_and_what_they_lead_to_is_kept(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / f"{FILE}{suffix}").symlink_to(target)
    with pytest.raises(RunError, match="is a symbolic link"):
        JobStore(tmp_path)
    assert target.read_text() == "precious"


def test_a_file_that_cannot_be_written_is_an_error_for_people_and_changes_nothing(store: JobStore) -> None:
    job = add(store)
    store._db._db.execute("PRAGMA query_only = ON")
    with pytest.raises(JobStoreError, match=r"jobs.sqlite: cannot be used: .*; check that its disk has room"):
        add(store)
    store._db._db.execute("PRAGMA query_only = OFF")
    assert [one.id for one in store.find()] == [job.id]
    store.close()
    with pytest.raises(JobStoreError, match="closed"):
        store.find()


def test_a_full_disk_leaves_the_store_as_it_was(store: JobStore) -> None:
    job = add(store)
    pages = store._db.rows("PRAGMA page_count")[0][0]
    store._db._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JobStoreError, match="full"):
        for _ in range(1000):
            store.change(job.id, [QUEUED], title="a long title" * 1000)
            add(store)
    assert store.get(job.id).state is QUEUED
    store._db._db.execute("PRAGMA max_page_count = 1000000")
    assert add(store).state is QUEUED


def test_jobs_are_found_by_state_and_label_a_page_at_a_time(store: JobStore) -> None:
    jobs = [add(store, user="ann" if number % 2 else "bob", shot=str(number)) for number in range(10)]
    store.change(jobs[3].id, [QUEUED], state=RUNNING)
    numbers = [job.number for job in store.find(JobFilter(labels={"user": "ann"}))]
    assert numbers == [10, 8, 6, 4, 2]
    assert [job.number for job in store.find(JobFilter((QUEUED,), {"user": "ann"}, limit=2))] == [10, 8]
    assert [job.number for job in store.find(JobFilter((QUEUED,), {"user": "ann"}, 8, 2))] == [6, 2]
    assert [job.number for job in store.find(JobFilter((QUEUED, RUNNING), {"shot": "3"}))] == [4]
    assert store.find(JobFilter(labels={"user": "ann", "shot": "2"})) == []
    assert store.find(JobFilter(labels={"user": "\ud800"})) == []
    assert len(store.find(JobFilter(before=10**30))) == 10
    assert store.find(JobFilter(limit=-1)) == []


@pytest.mark.parametrize("name", ["", "nothing", "\ud800", "x" * 10_000, "a\0b"])
def test_an_unknown_id_is_an_error_for_people(store: JobStore, name: str) -> None:
    with pytest.raises(JobNotFoundError, match="is not in this renders folder"):
        store.get(name)


def test_a_change_applies_in_its_states_only(store: JobStore) -> None:
    job = add(store)
    assert not store.change(job.id, [RUNNING], title="no")
    assert store.change(job.id, [QUEUED], title="yes") and store.get(job.id).title == "yes"
    assert not store.change("nothing", [QUEUED], title="no")


def test_what_happens_together_happens_or_not(store: JobStore) -> None:
    job = add(store)
    with pytest.raises(KeyError), store.together():
        store.change(job.id, [QUEUED], state=PAUSED)
        raise KeyError
    assert store.get(job.id).state is QUEUED and len(store.events(job.id)) == 1


def test_every_state_is_an_event_and_the_oldest_are_dropped(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = add(store), add(store)
    store.change(job.id, [QUEUED], state=PAUSED)
    assert [event.data["status"] for event in store.events(job.id)] == ["queued", "paused"]
    first = store.events(job.id)[0].id
    assert [event.data["status"] for event in store.events(job.id, first)] == ["paused"]
    monkeypatch.setattr(store_module, "MAX_EVENTS", 5)
    for number in range(20):
        store.add_event(job.id, "warning", {"message": str(number)})
    assert [event.data["message"] for event in store.events(job.id)] == ["15", "16", "17", "18", "19"]
    assert len(store.events(other.id)) == 1
    store.add_event("nothing", "warning", {})


def test_deleting_a_job_leaves_nothing_of_it(store: JobStore) -> None:
    job = store.add(JobRequest(preset="film.yaml", labels={"a": "b"}), 10, key="k", digest="d")
    assert not store.delete(job.id, [RUNNING]) and store.delete(job.id, [QUEUED])
    for table in ("jobs", "labels", "events", "keys"):
        assert store._db.rows(f"SELECT * FROM {table}") == [], table


def test_the_next_job_is_the_first_of_the_highest_priority(store: JobStore) -> None:
    jobs = [add(store, priority) for priority in (0, 5, -5, 5, 0)]
    assert [store.place(job) for job in jobs] == [2, 0, 4, 1, 3]
    taken = [job.number for job in iter(store.take_next, None)]
    assert taken == [2, 4, 1, 5, 3] and store.count(RUNNING) == 5
