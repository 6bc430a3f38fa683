"""Markers of other programs: named times from labels, tables and MIDI files, or what is wrong there."""

from pathlib import Path
from typing import Any

import mido
import pytest

from animator.errors import UserError
from animator.sound import markers as markers_module
from animator.sound.markers import Marker, read_markers
from animator.sound.midi import MAX_BYTES


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def midi(path: Path, *tracks: list[tuple[int, Any]], division: int = 480) -> Path:
    """Writes a MIDI file of tracks of messages, each with the ticks before it."""
    file = mido.MidiFile(ticks_per_beat=division)
    for messages in tracks:
        file.tracks.append(mido.MidiTrack(message.copy(time=ticks) for ticks, message in messages))
    file.save(path)
    return path


def marker(text: str) -> Any:
    return mido.MetaMessage("marker", text=text)


def tempo(bpm: float) -> Any:
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))


def test_labels_of_audacity_are_read_by_their_start(tmp_path: Path) -> None:
    labels = "0.500000\t0.500000\tverse\r\n\\\t100.0\t200.0\r\n62.25\t70.0\tder Abfall 🎵\r\n3\t3\r\n"
    assert read_markers(write(tmp_path, "labels.txt", labels)) == (
        Marker("verse", 0.5),
        Marker("", 3.0),
        Marker("der Abfall 🎵", 62.25),
    )


@pytest.mark.parametrize(
    "table",
    [
        "name,time\ndrop,62.5\nintro,1\n",
        "\ufeffTime;Name\r\n1:02.5;drop\r\n\r\n0:00:01;intro\r\n",
        "#\tLabel\tStart\tEnd\n1\tdrop\t62.5\t63\n2\tintro\t1.0\t2\n",
    ],
)
def test_tables_with_names_and_times_are_read(tmp_path: Path, table: str) -> None:
    found = read_markers(write(tmp_path, "markers.csv", table))
    assert found == (Marker("intro", 1.0), Marker("drop", 62.5))


def test_markers_and_cues_of_a_midi_file_are_at_their_time_through_changes_of_tempo(tmp_path: Path) -> None:
    conductor = [(0, tempo(120)), (960, tempo(60)), (480, marker("Übergang"))]  # 1 s, then 1 s
    cues = [(480, mido.MetaMessage("cue_marker", text="hit")), (2400, marker("end"))]  # 0.5 s; 6 beats in
    assert read_markers(midi(tmp_path / "song.mid", conductor, cues)) == (
        Marker("hit", 0.5),
        Marker("Übergang", 2.0),
        Marker("end", 5.0),
    )


def test_names_in_utf_8_are_read_as_such(tmp_path: Path) -> None:
    name = "후렴".encode().decode("latin-1")  # as mido writes bytes
    assert read_markers(midi(tmp_path / "song.mid", [(0, marker(name))])) == (Marker("후렴", 0.0),)


def test_notes_of_a_channel_are_named_by_their_pitch(tmp_path: Path) -> None:
    kick = mido.Message("note_on", channel=9, note=36, velocity=90)
    off = mido.Message("note_on", channel=9, note=36, velocity=0)
    other = mido.Message("note_on", channel=0, note=60, velocity=90)
    path = midi(tmp_path / "drums.midi", [(480, kick), (120, off), (360, other), (0, kick)])
    assert read_markers(path, channel=10) == (Marker("C2", 0.5), Marker("C2", 1.0))
    assert read_markers(path, channel=1) == (Marker("C4", 1.0),)
    with pytest.raises(UserError, match="has no markers"):
        read_markers(path)
    for channel in (0, 17):
        with pytest.raises(UserError, match=f"no channel {channel}; expected 1 to 16"):
            read_markers(path, channel)


def test_a_midi_file_with_time_code_has_ticks_of_one_length(tmp_path: Path) -> None:
    path = midi(tmp_path / "song.mid", [(0, tempo(60)), (2000, marker("two"))])
    data = bytearray(path.read_bytes())
    data[12:14] = bytes((256 - 25, 40))  # 25 frames of 40 ticks
    path.write_bytes(data)
    assert read_markers(path) == (Marker("two", 2.0),)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "verse 0.5\n", "line 1: is 'verse 0.5'; expected start, end and name with tabs"),
        ("a.txt", "1\t2\tok\n-1\t0\tbefore\n", "line 2"),
        ("a.txt", "nan\t2\tx\n", "line 1"),
        ("a.txt", "", "has no markers"),
        ("a.csv", "", "is empty"),
        ("a.csv", "name,when\na,1\n", "has the columns 'name, when'; expected `name` and `time`"),
        ("a.csv", "name,time\na,bar 5\n", "line 2: the time is 'bar 5'; expected seconds"),
        ("a.csv", "name,time\na,1,2\n", "line 2: has 3 cells; expected 2"),
        ("a.csv", "name,time,time\na,1,2\n", "has the column 'time' twice"),
        ("a.csv", f"name,time\n{'x' * 200_000},1\n", "line 2"),
        ("a.mid", "MThd", "is no MIDI file"),
        ("a.mid", "", "is no MIDI file"),
        ("a.xml", "<a/>", "expected .txt \\(Audacity\\), .csv, .mid or .midi"),
    ],
)
def test_what_is_no_file_of_markers_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        read_markers(write(tmp_path, name, text))


def test_files_that_cannot_be_read_or_are_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("missing.txt", "missing.csv", "missing.mid"):
        with pytest.raises(UserError, match="cannot be read"):
            read_markers(tmp_path / name)
    (tmp_path / "large.mid").write_bytes(bytes(MAX_BYTES + 1))
    with pytest.raises(UserError, match=f"larger than {MAX_BYTES} bytes"):
        read_markers(tmp_path / "large.mid")
    monkeypatch.setattr(markers_module, "MAX_MARKERS", 2)
    with pytest.raises(UserError, match="more than 2 markers"):
        read_markers(write(tmp_path, "many.txt", "1\t1\ta\n" * 3))


def test_a_channel_is_for_midi_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no channels"):
        read_markers(write(tmp_path, "labels.txt", "1\t1\ta\n"), channel=1)


def test_several_songs_and_beats_without_length_are_refused(tmp_path: Path) -> None:
    path = midi(tmp_path / "song.mid", [(0, marker("a"))])
    data = bytearray(path.read_bytes())
    path.write_bytes(bytes(data[:12]) + bytes(2) + bytes(data[14:]))
    with pytest.raises(UserError, match="its beats have no length"):
        read_markers(path)
    data[9] = 2
    path.write_bytes(data)
    with pytest.raises(UserError, match="several songs"):
        read_markers(path)


def test_without_the_package_a_midi_file_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = midi(tmp_path / "song.mid", [(0, marker("a"))])
    monkeypatch.setattr("animator.sound.midi.find_spec", lambda _name: None)
    with pytest.raises(UserError, match=r"pip install 'animator\[music\]'"):
        read_markers(path)
