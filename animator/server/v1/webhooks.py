"""What became of the messages for a job's webhook."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from animator.server.context import Context
from animator.server.problems import problem_responses
from animator.server.v1.job_view import utc
from animator.server.webhooks.hook import HookEvent, hook_of
from animator.server.webhooks.outbox import Delivery, DeliveryState

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


class DeliveryView(BaseModel):
    """A message for a webhook."""

    id: str = Field(description="As its header `webhook-id`.")
    type: str = Field(description="Such as `job.succeeded`.")
    state: DeliveryState
    created_at: datetime
    attempts: int
    next_attempt_at: datetime | None = Field(description="Null unless it is tried again.")
    answer: int | None = Field(description="Status of the last answer; null where there was none.")
    problem: str = Field(description="Why the last attempt failed; empty where it did not.")


class WebhookView(BaseModel):
    """The webhook of a job, and its messages."""

    url: str | None = Field(description="Null for a job without a webhook.")
    events: list[HookEvent]
    deliveries: list[DeliveryView] = Field(description="The newest first; those of the last week.")


@router.get(
    "/{job_id}/webhooks",
    operation_id="list_webhook_deliveries",
    responses=problem_responses(404),
    summary="See what became of a webhook's messages",
)
def list_webhook_deliveries(job_id: str, context: Context) -> WebhookView:
    """Returns the webhook of a job, without its secret, and what became of its messages."""
    hook = hook_of(context.queue.get(job_id))
    return WebhookView(
        url=hook.url if hook else None,
        events=list(hook.events) if hook else [],
        deliveries=[_view(delivery) for delivery in context.outbox.of_job(job_id)],
    )


def _view(delivery: Delivery) -> DeliveryView:
    is_pending = delivery.state is DeliveryState.PENDING
    return DeliveryView(
        id=delivery.id,
        type=delivery.type,
        state=delivery.state,
        created_at=utc(delivery.created),
        attempts=delivery.attempts,
        next_attempt_at=utc(delivery.due) if is_pending else None,
        answer=delivery.answer,
        problem=delivery.problem,
    )
