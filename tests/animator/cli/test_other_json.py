"""JSON files that are not settings files, through the command line: refused, and named for what they are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.animator.cli.in_process import animator

NODE = {"class_type": "KSampler", "inputs": {"seed": 3}}
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "comfy": ({"last_node_id": 9, "last_link_id": 9, "nodes": [], "links": [], "version": 0.4}, "a ComfyUI"),
    "comfy for servers": ({"3": NODE, "4": {"class_type": "VAEDecode", "inputs": {}}}, "a ComfyUI workflow"),
    "comfy to queue": ({"prompt": {"3": NODE}, "client_id": "x"}, "a ComfyUI workflow"),
    "invoke": ({"name": "", "nodes": [], "edges": [], "meta": {}}, "an InvokeAI workflow"),
    "web ui": ({"samples_save": True, "samples_format": "png", "sd_vae": "auto"}, "a web UI's configuration"),
    "its forms": ({"txt2img/Prompt/visible": True, "txt2img/Prompt/value": ""}, "a web UI's configuration"),
    "parseq": ({"options": {}, "prompts": {}, "keyframes": [], "managedFields": []}, "a Parseq document"),
    "rendered": ({"options": {}, "rendered_frames": [], "meta": {}}, "Give it as the Parseq manifest"),
    "diffusers": ({"_class_name": "A", "_diffusers_version": "1", "scheduler": [], "unet": []}, "a model's"),
    "prompts": ({"0": "a lake", "max_f/2": "a sea"}, 'prompts by frame.*Write them as {"prompts": '),
    "preset": (
        {"mode": "3d", "size": [64, 64], "frames": 3},
        "Give the file the suffix .yaml",
    ),
    "npm": ({"name": "x", "version": "1", "dependencies": {}}, "an npm project"),
    "one known": (
        {"seed": 3, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1},
        "1 of its 6 keys are known.*expected the settings of Deforum, such as max_frames",
    ),
    "one image": ({"prompt": "a lake"}, "settings of one image"),
    "wrapped": ({"input": {"a": 1, "b": 2}}, "none of its keys are known"),
}


@pytest.mark.parametrize(("values", "message"), OTHERS.values(), ids=OTHERS)
def test_other_json_is_refused_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: dict[str, Any], message: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(json.dumps(values))
    for command in ("check", "timeline"):
        code, printed = animator(capsys, command, path)
        assert code == 2
        assert re.search(message, printed, re.DOTALL), printed


@pytest.mark.parametrize("values", [{}, {"prompts": {"0": "a lake"}}, {"max_frames": 3, "mine": 1, "too": 2}])
def test_short_settings_files_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: dict[str, Any]
) -> None:
    path = tmp_path / "film.json"
    path.write_text(json.dumps(values))
    code, printed = animator(capsys, "check", path)
    assert code == 0, printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[film]\nsteps = 20\nseed = 3\n", "fix it by hand"),
        ('{"nodes": [], "links": [],}', "a ComfyUI workflow"),
        ('{"max_frames": 3,}', "--fix-json"),
    ],
)
def test_a_repair_is_promised_only_where_it_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "film.txt"
    path.write_text(text)
    code, printed = animator(capsys, "check", path)
    assert code == 2 and message in printed
    assert ("--fix-json" in printed) == (message == "--fix-json")
