"""Answers of Deforum's API besides the job."""

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field


class Accepted(BaseModel):
    """That films are in the queue."""

    message: str = "Job(s) accepted"
    batch_id: str
    job_ids: list[str]


class Unknown(BaseModel):
    """That there is no job or batch of an id."""

    id: str
    status: str = "NOT FOUND"


class Message(BaseModel):
    """What is wrong, in a sentence."""

    message: str


class IdMessage(BaseModel):
    """What happened to a job or a batch, in a sentence."""

    id: str
    message: str


class BatchCancelled(BaseModel):
    """Which jobs were cancelled. Deforum writes the message's key with a colon in it; clients read either."""

    ids: list[str] = Field(description="The jobs that had not ended.")
    message: str
    message_with_colon: str = Field(alias="message:")


def answer(status: int, model: BaseModel) -> JSONResponse:
    """Returns an answer with another status than its route's own."""
    return JSONResponse(model.model_dump(), status)
