"""The bodies of the retrieval routes (API reference, pages "Retrieve", "Find", "Grep" and "Read" of Retrieval)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from tui.local.chat.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

MAX_RESULTS = 500
MAX_OFFSET = 2**40

_Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Weight = Annotated[float, Field(ge=0, le=1)]
_Ordered = TypeVar("_Ordered", float, str)
Scalar = bool | float | str


class Comparison(BaseModel):
    """How a field of a result must compare with a value: a list of values for `in` and `nin`."""

    operator: Literal["eq", "gt", "gte", "in", "lt", "lte", "ne", "nin"]
    value: Scalar | list[Scalar]

    def holds(self, found: object) -> bool:
        """Whether a field's value passes; values that cannot be compared do not."""
        if isinstance(self.value, list):
            if self.operator not in ("in", "nin"):
                return False
            return (found in self.value) == (self.operator == "in")
        match self.operator:
            case "eq" | "in":
                return found == self.value
            case "ne" | "nin":
                return found != self.value
            case _:
                if isinstance(found, str) and isinstance(self.value, str):
                    return _in_order(self.operator, found, self.value)
                if isinstance(found, int | float) and isinstance(self.value, int | float):
                    return _in_order(self.operator, found, self.value)
                return False


def _in_order(operator: str, found: _Ordered, value: _Ordered) -> bool:
    match operator:
        case "lt":
            return found < value
        case "lte":
            return found <= value
        case "gt":
            return found > value
        case _:
            return found >= value


class Rerank(BaseModel):
    """Whether what BM25 finds is ranked again, and how many results that gives."""

    enabled: bool = True
    top_n: Annotated[int, Field(ge=1)] | None = None


class StaticFilters(BaseModel):
    """Filters on the fields that every result has."""

    parsed_directory_file_id: Comparison | None = None


class RetrieveBody(BaseModel):
    """`POST /api/v1/retrieval/retrieve`. There is one search here, so weights and candidates change nothing."""

    index_id: _Id
    query: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    top_k: Annotated[int, Field(ge=1)] | None = None
    score_threshold: float | None = None
    rerank: Rerank = Rerank()
    custom_filters: dict[str, Comparison | list[Comparison] | None] | None = None
    static_filters: StaticFilters | None = None
    full_text_pipeline_weight: _Weight | None = None
    vector_pipeline_weight: _Weight | None = None
    num_candidates: Annotated[int, Field(ge=1)] | None = None

    def passes(self, file_id: str, metadata: Mapping[str, object]) -> bool:
        """Whether a result passes all filters; a field that its metadata does not have counts as null."""
        by_file = self.static_filters.parsed_directory_file_id if self.static_filters else None
        if by_file and not by_file.holds(file_id):
            return False
        return all(
            comparison.holds(metadata.get(name))
            for name, given in (self.custom_filters or {}).items()
            for comparison in _listed(given)
        )


def _listed(given: Comparison | list[Comparison] | None) -> Sequence[Comparison]:
    if given is None:
        return ()
    return given if isinstance(given, list) else (given,)


class PageBody(BaseModel):
    """The paging of a list that is asked for by a POST. A larger page than the largest is made the largest."""

    index_id: _Id
    page_size: Annotated[int, Field(ge=1)] | None = None
    page_token: str | None = None

    @property
    def size(self) -> int:
        """How many items to give."""
        return min(self.page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)


class FindBody(PageBody):
    """`POST /api/v1/retrieval/files/find`. A file's name is its path in the folder, or the path's last part."""

    file_name: str | None = None
    file_name_contains: str | None = None


class GrepBody(PageBody):
    """`POST /api/v1/retrieval/files/grep`"""

    file_id: _Id
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    context_chars: Annotated[int, Field(ge=0, le=10_000)] | None = None


class ReadBody(BaseModel):
    """`POST /api/v1/retrieval/files/read`. Without `max_length` the text is read to its end."""

    index_id: _Id
    file_id: _Id
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET)] = 0
    max_length: Annotated[int, Field(ge=1, le=MAX_OFFSET)] | None = None
