"""The items of the gallery as our API shows them, and searches as it takes them."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from animator.gallery.item import GalleryInfo, GalleryItem, Outcome
from animator.gallery.query import MAX_RANK, GalleryQuery, Kind, NegativeMode, Sort
from animator.server.v1.job_view import utc

MAX_IDS = 100_000
MAX_WORDS = 1000
Rank = Annotated[int, Field(ge=0, le=MAX_RANK)]
ItemId = Annotated[int, Field(ge=0, lt=2**63)]


class SearchBody(BaseModel):
    """What to find; without anything, all that is not in the trash, the newest first."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        "",
        max_length=MAX_WORDS,
        description="Words that have to be in path, prompts or fields; quotes keep words together, and "
        "`sampler: euler` looks into one field.",
    )
    negative: str = Field("", max_length=MAX_WORDS, description="As `text`, for the negative prompt alone.")
    negative_mode: NegativeMode = Field(
        NegativeMode.ANY,
        description="`without` leaves out what has it in the negative prompt, `only` the rest.",
    )
    case_sensitive: bool = False
    regex: bool = Field(default=False, description="`text` and `negative` are regular expressions.")
    rank_from: Rank = Field(0, description="Lowest rank; 0 is unranked.")
    rank_to: Rank = Field(MAX_RANK, description="Highest rank.")
    favorites: bool = Field(default=False, description="Only favorites.")
    kind: Kind | None = Field(None, description="Only one kind.")
    run: str | None = Field(None, max_length=4096, description="Only this run folder, as `run` of an item.")
    sort: Sort = Sort.NEWEST
    seed: int = Field(0, ge=0, lt=2**63, description="Another random order for each number.")
    trash: bool = Field(default=False, description="What is in the trash, instead of what is not.")

    @property
    def query(self) -> GalleryQuery:
        """The search as the gallery takes it."""
        values = self.model_dump(include=set(SearchBody.model_fields) - {"rank_from", "rank_to"})
        return GalleryQuery(**values, ranks=(self.rank_from, self.rank_to))


class SearchPage(SearchBody):
    """A page of what a search finds."""

    first: int = Field(0, ge=0, lt=2**63, description="Position of the first item, from 0.")
    count: int = Field(50, ge=1, le=1000, description="How many items at most.")


SearchQuery = Annotated[SearchPage, Query()]


class Items(BaseModel):
    """Items: some by their numbers, or all that a search finds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ids": [12, 13]}]})

    ids: list[ItemId] | None = Field(None, max_length=MAX_IDS)
    query: SearchBody | None = None

    @model_validator(mode="after")
    def _has_one(self) -> "Items":
        if (self.ids is None) == (self.query is None):
            raise ValueError("expected either ids or query")
        return self


class ItemChange(BaseModel):
    """What changes about an item; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rank": 4}]})

    rank: Rank | None = Field(None, description="1 to 5; 0 takes the rank away.")
    favorite: bool | None = None


class ItemView(BaseModel):
    """An image or film."""

    id: int
    path: str = Field(description="Path in the renders folder; in the trash, where it was.")
    name: str
    kind: Kind
    width: int = Field(description="Width in pixels; 0 where it is not known.")
    height: int
    size: int = Field(description="Size in bytes.")
    made_at: datetime
    prompt: str
    negative_prompt: str
    run: str = Field(description="The run folder that it is in; empty if in none.")
    frame: int | None = Field(description="Number of the frame; null for what is none.")
    rank: int
    favorite: bool
    trashed: bool
    urls: dict[str, str] = Field(description="`file`, `thumbnail` and `preset`.")


class ItemInfoView(ItemView):
    """An image or film, with everything that is recorded about how it was made."""

    fields: dict[str, str]
    infotext: str


class ItemPage(BaseModel):
    """Some of the items that a search finds."""

    items: list[ItemView]
    total: int = Field(description="How many it finds in all.")


class FailureView(BaseModel):
    """An item that was left as it is."""

    id: int
    path: str
    message: str


class OutcomeView(BaseModel):
    """What became of several items."""

    done: list[int]
    failures: list[FailureView]


def item_view(item: GalleryItem, request: Request) -> ItemView:
    """Returns an item as it is sent."""
    url = str(request.url_for("get_gallery_item", item_id=item.id))
    return ItemView(
        id=item.id,
        path=item.path,
        name=item.name,
        kind=item.kind,
        width=item.width,
        height=item.height,
        size=item.bytes,
        made_at=utc(item.made),
        prompt=item.prompt,
        negative_prompt=item.negative,
        run=item.run,
        frame=item.frame,
        rank=item.rank,
        favorite=item.favorite,
        trashed=item.trashed,
        urls={part: f"{url}/{part}" for part in ("file", "thumbnail", "preset")},
    )


def info_view(info: GalleryInfo, request: Request) -> ItemInfoView:
    """Returns an item with its metadata as it is sent."""
    view = item_view(info.item, request)
    return ItemInfoView(**view.model_dump(), fields=dict(info.fields), infotext=info.infotext)


def outcome_view(outcome: Outcome) -> OutcomeView:
    """Returns what became of several items as it is sent."""
    failures = [FailureView(id=one.id, path=one.path, message=one.message) for one in outcome.failures]
    return OutcomeView(done=list(outcome.done), failures=failures)
