"""/v1/models: the models that images can be generated with."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from animator.server.context import Context
from animator.server.openai.errors import openai_responses
from animator.server.sdapi.models import checkpoints

router = APIRouter(prefix="/v1", tags=["openai"], responses=openai_responses())


class ModelItem(BaseModel):
    """A model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "animator"


class ModelItems(BaseModel):
    """Models."""

    object: Literal["list"] = "list"
    data: list[ModelItem]


@router.get("/models", operation_id="openai_list_models", summary="List models")
def list_models(context: Context) -> ModelItems:
    """Lists the models that images can be generated with."""
    return ModelItems(data=[ModelItem(id=entry.name) for entry in checkpoints(context)])
