"""Units of the ControlNet extension that are no ControlNets: IP-Adapters and references."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from animator.server.errors import RequestError
from animator.server.images.request_files import RequestFiles, request_files
from animator.server.sdapi.bodies import Txt2ImgBody
from animator.server.sdapi.control_units import unit_settings
from tests.animator.server.sdapi.test_mistakes import GRAY, TXT2IMG
from tests.animator.server.sdapi.web_ui import SMALL, WebUi

REFERENCE = {"module": "reference_only", "image": GRAY}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[RequestFiles]:
    """The images of a request."""
    with request_files(tmp_path) as opened:
        yield opened


def units_of(files: RequestFiles, *units: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return unit_settings(Txt2ImgBody(alwayson_scripts={"controlnet": {"args": list(units)}}), files)


def test_units_of_adapters_become_ip_adapters(files: RequestFiles) -> None:
    unit = {"module": "ip-adapter_clip_sd15", "model": "ip-adapter_sd15 [6a3f6166]", "image": GRAY}
    made = units_of(files, {**unit, "weight": 0.6, "guidance_end": 0.5, "effective_region_mask": GRAY}, unit)
    first, second = made["ip_adapter"]
    assert made["controlnet"] == []
    assert (first["model"], first["weight"], first["start"], first["end"]) == ("ip-adapter_sd15", 0.6, 0, 0.5)
    assert all(Path(path).is_file() for path in (*first["images"], first["mask"]))
    assert second["mask"] == "" and len(second["images"]) == 1


def test_a_reference_needs_no_model(files: RequestFiles) -> None:
    given = (REFERENCE, {**REFERENCE, "model": "edges", "threshold_a": 0.8})
    unit, other = units_of(files, *given)["controlnet"]
    assert (unit["module"], unit["model"], unit["threshold_a"]) == ("reference_only", "", None)
    assert (other["model"], other["threshold_a"]) == ("", 0.8)
    assert units_of(files, {"module": "canny"}, {**REFERENCE, "enabled": False})["controlnet"] == []


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ({"module": "ip-adapter-auto", "model": "None"}, "has no model; expected an IP-Adapter"),
        ({"module": "ip-adapter_face_id", "model": "a"}, "recognizes faces"),
        ({"module": "ip-adapter-auto", "model": "ip-adapter-faceid_sd15"}, "recognizes faces"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(
    files: RequestFiles, unit: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError, match=f"^/alwayson_scripts/controlnet/args/1/model: {message}"):
        units_of(files, {"enabled": False}, unit)


def test_a_reference_changes_the_image(web_ui: WebUi) -> None:
    units = {"controlnet": {"args": [REFERENCE]}}
    without, with_it = (
        web_ui.post(TXT2IMG, **SMALL, **more)["images"][0] for more in ({}, {"alwayson_scripts": units})
    )
    assert without != with_it


def test_both_are_listed(idle: WebUi) -> None:
    types = idle.get("/controlnet/control_types")["control_types"]
    assert types["Reference"]["module_list"] == ["reference_only"]
    assert types["IP-Adapter"]["default_option"] == "ip-adapter-auto"
    modules = idle.get("/controlnet/module_list")["module_detail"]
    assert modules["reference_only"]["model_free"] and not modules["canny"]["model_free"]
    assert {"ip-adapter-auto", "ip-adapter_clip_sdxl"} <= modules.keys()
    asked = {"controlnet_module": "reference_only", "controlnet_images": [GRAY]}
    status, text = idle.refuses("/controlnet/detect", **asked)
    assert status == 422 and "is not here" in text
