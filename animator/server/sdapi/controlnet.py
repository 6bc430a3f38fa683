"""/controlnet: what clients of the ControlNet extension ask for."""

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.images.work import ControlImages
from animator.models.controlnet.preprocessors.kinds import KINDS, PREPROCESSORS, Threshold
from animator.server.compat_errors import COMPAT_RESPONSES
from animator.server.context import Context, ServerContext
from animator.server.images.ask import make_images
from animator.server.images.request_files import RequestFiles, decode_image, request_files
from animator.server.sdapi.answers import as_base64
from animator.server.sdapi.control_units import module_of, threshold
from animator.server.sdapi.generation import RESPONSES
from animator.server.sdapi.models import entries_of
from animator.settings.controlnet import MOST_UNITS, REFERENCE

VERSION = 2
MAX_IMAGES = 100
router = APIRouter(prefix="/controlnet", tags=["controlnet"], responses=COMPAT_RESPONSES)
NO_MODEL = "None"
ADAPTER_MODULES = [
    "ip-adapter-auto",
    "ip-adapter_clip_sd15",
    "ip-adapter_clip_sdxl_plus_vith",
    "ip-adapter_clip_sdxl",
]
"""The extension's modules of IP-Adapters; here each adapter's image encoder follows from its file."""


class ControlVersion(BaseModel):
    """Version of the extension's API."""

    version: int = VERSION


class ControlModels(BaseModel):
    """ControlNets."""

    model_config = ConfigDict(protected_namespaces=())

    model_list: list[str]


class ControlModules(BaseModel):
    """Preprocessors."""

    module_list: list[str]
    module_detail: dict[str, dict[str, Any]]


class ControlTypes(BaseModel):
    """Which preprocessors and models go together."""

    control_types: dict[str, dict[str, Any]]


class ControlSettings(BaseModel):
    """How many units a request may have."""

    control_net_unit_count: int = MOST_UNITS


class DetectBody(BaseModel):
    """Images to preprocess."""

    model_config = ConfigDict(allow_inf_nan=False)

    controlnet_module: Annotated[str, Field(max_length=1000)] = "none"
    controlnet_input_images: Annotated[list[str], Field(max_length=MAX_IMAGES)] = []
    controlnet_images: Annotated[
        list[str], Field(max_length=MAX_IMAGES, description="As some clients call it.")
    ] = []
    controlnet_processor_res: Annotated[int, Field(ge=-1, le=4096)] = 512
    controlnet_threshold_a: Annotated[float, Field(le=1000)] = -1
    controlnet_threshold_b: Annotated[float, Field(le=1000)] = -1


class DetectAnswer(BaseModel):
    """Control images."""

    images: list[str] = Field(description="PNG files in base64.")
    info: str


@router.get("/version", operation_id="controlnet_get_version", summary="Version of this API")
def get_version() -> ControlVersion:
    """Returns the version whose API this is."""
    return ControlVersion()


@router.get("/model_list", operation_id="controlnet_list_models", summary="List ControlNets")
def list_models(context: Context) -> ControlModels:
    """Lists the ControlNets and the IP-Adapters in the model folders."""
    return ControlModels(model_list=_models(context))


@router.get("/module_list", operation_id="controlnet_list_modules", summary="List preprocessors")
def list_modules() -> ControlModules:
    """Lists the preprocessors."""
    detail: dict[str, dict[str, Any]] = {
        name: {
            "model_free": False,
            "sliders": [] if name == "none" else [_RESOLUTION, *map(_slider, kind.thresholds)],
        }
        for name, kind in KINDS.items()
    }
    detail |= {name: {"model_free": False, "sliders": []} for name in ADAPTER_MODULES}
    detail[REFERENCE]["model_free"] = True
    return ControlModules(module_list=list(detail), module_detail=detail)


@router.get("/control_types", operation_id="controlnet_list_types", summary="List kinds of control")
def list_types(context: Context) -> ControlTypes:
    """Lists which preprocessor and model each kind of control has."""
    models = _models(context)
    types = {"All": ([*KINDS, *ADAPTER_MODULES], "none")} | {
        name.capitalize(): (["none", name], name) for name in PREPROCESSORS if name != "none"
    }
    types |= {"Reference": ([REFERENCE], REFERENCE), "IP-Adapter": (ADAPTER_MODULES, ADAPTER_MODULES[0])}
    return ControlTypes(
        control_types={
            name: {
                "module_list": modules,
                "model_list": [NO_MODEL, *models],
                "default_option": default,
                "default_model": next((model for model in models if name.lower() in model.lower()), NO_MODEL),
            }
            for name, (modules, default) in types.items()
        }
    )


@router.get("/settings", operation_id="controlnet_get_settings", summary="Number of units")
def get_settings() -> ControlSettings:
    """Returns how many units a request may have."""
    return ControlSettings()


@router.post("/detect", operation_id="controlnet_detect", responses=RESPONSES, summary="Make control images")
async def detect(body: DetectBody, context: Context, request: Request) -> DetectAnswer:
    """Preprocesses images as a unit of a request would."""
    given = body.controlnet_input_images or body.controlnet_images
    if not given:
        return DetectAnswer(images=[], info="No image selected")
    with request_files(context.options.request_files) as files:
        work = await run_sync(_work, body, given, files)
        task = await make_images(context, request, work)
    return DetectAnswer(images=[as_base64(image.png) for image in task.images], info="Success")


_FINE_UP_TO = 50
"""Greatest value of a slider whose step is fine."""
_RESOLUTION = {"name": "Resolution", "value": 512, "min": 64, "max": 2048, "step": 8}


def _slider(threshold: Threshold) -> dict[str, Any]:
    return {
        "name": threshold.title,
        "value": threshold.default,
        "min": threshold.lowest,
        "max": threshold.highest,
        "step": 1 if threshold.highest > _FINE_UP_TO else 0.01,
    }


def _models(context: ServerContext) -> list[str]:
    kinds = (("controlnet", "controlnet"), ("IP-Adapter", "ipadapter"))
    return [entry.path.stem for what, folder in kinds for entry in entries_of(context, what, folder)]


def _work(body: DetectBody, given: list[str], files: RequestFiles) -> ControlImages:
    module = module_of(body.controlnet_module)
    paths = tuple(files.add(decode_image(image).over_black) for image in given)
    thresholds = threshold(body.controlnet_threshold_a), threshold(body.controlnet_threshold_b)
    return ControlImages(paths, module, max(0, body.controlnet_processor_res), thresholds)
