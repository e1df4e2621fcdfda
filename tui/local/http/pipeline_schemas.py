"""The bodies and queries of the pipeline routes (API reference, page "Pipelines": List, Get and Retrieve)."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, Union

from pydantic import BaseModel, Field, StringConstraints

from tui.local.http.retrieval_schemas import MAX_RESULTS, Comparison, Scalar
from tui.local.http.schemas import ScopeQuery

DEFAULT_FOUND = 30
"""How many nodes are found where `dense_similarity_top_k` does not say so."""
DEFAULT_RERANKED = 6
"""How many of them are given where `rerank_top_n` does not say so."""

_Count = Annotated[int, Field(ge=1)]
_Weight = Annotated[float, Field(ge=0, le=1)]
_Comparing: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "in", "nin"]
_Looking: TypeAlias = Literal["any", "all", "contains", "is_empty", "text_match", "text_match_insensitive"]
_COMPARED: Mapping[str, Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "nin"]] = {
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "in": "in",
    "nin": "nin",
}


class MetadataFilter(BaseModel):
    """How a field of a node's metadata must compare with a value."""

    key: str
    value: Scalar | list[Scalar] | None = None
    operator: _Comparing | _Looking = "=="

    def holds(self, metadata: Mapping[str, object]) -> bool:
        """Whether the metadata passes; values that cannot be compared do not."""
        found = metadata.get(self.key)
        if self.operator == "is_empty":
            return found in (None, "")
        if self.value is None:
            return (found is None) == (self.operator == "==")
        if self.operator in _COMPARED:
            return Comparison(operator=_COMPARED[self.operator], value=self.value).holds(found)
        return self._is_among(found)

    def _is_among(self, found: object) -> bool:
        """The operators on lists and texts. A field that is no list counts as a list of one."""
        wanted = self.value if isinstance(self.value, list) else [self.value]
        if self.operator in ("any", "contains"):
            return found in wanted
        if self.operator == "all":
            return all(value == found for value in wanted)
        if not isinstance(found, str) or not isinstance(self.value, str):
            return False
        if self.operator == "text_match_insensitive":
            return self.value.casefold() in found.casefold()
        return self.value in found


class MetadataFilters(BaseModel):
    """Filters, of which all, one or none must hold."""

    filters: list[Union[MetadataFilter, "MetadataFilters"]]
    condition: Literal["and", "or", "not"] | None = None

    def holds(self, metadata: Mapping[str, object]) -> bool:
        """Whether the metadata passes."""
        each = (found.holds(metadata) for found in self.filters)
        match self.condition:
            case "or":
                return any(each)
            case "not":
                return not any(each)
            case _:
                return all(each)


class PipelineQuery(ScopeQuery):
    """The query parameters of the list of pipelines. All that there are are of the type MANAGED."""

    project_name: str | None = None
    pipeline_name: str | None = None
    pipeline_type: Literal["MANAGED", "PLAYGROUND"] | None = None


class PipelineRetrieveBody(BaseModel):
    """`POST /api/v1/pipelines/{pipeline_id}/retrieve`. There is one search here, so a weight changes nothing."""

    query: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    dense_similarity_top_k: _Count | None = None
    sparse_similarity_top_k: _Count | None = None
    enable_reranking: bool | None = None
    rerank_top_n: _Count | None = None
    alpha: _Weight | None = None
    search_filters: MetadataFilters | None = None
    retrieval_mode: Literal["chunks", "auto_routed"] = "chunks"

    @property
    def wanted(self) -> int:
        """How many nodes to give."""
        found = self.dense_similarity_top_k or self.sparse_similarity_top_k or DEFAULT_FOUND
        given = found if self.enable_reranking is False else min(found, self.rerank_top_n or DEFAULT_RERANKED)
        return min(given, MAX_RESULTS)

    def passes(self, metadata: Mapping[str, object]) -> bool:
        """Whether a node with this metadata is wanted."""
        return self.search_filters is None or self.search_filters.holds(metadata)
