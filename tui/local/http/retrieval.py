"""The routes of the API reference's page "Retrieval"."""

from collections.abc import Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import ListPage, decode_number, decode_token, encode_token
from tui.local.http.operations import Handler
from tui.local.http.requests import BadRequestError, not_found, page_json, read_body, read_query
from tui.local.http.retrieval_schemas import MAX_RESULTS, FindBody, GrepBody, ReadBody, RetrieveBody
from tui.local.http.schemas import ScopeQuery
from tui.local.http.services import Services
from tui.local.library.folders import own_id
from tui.local.library.passages import Passage
from tui.local.library.stored_documents import FileRef
from tui.local.search.file_search import Match, find, grep
from tui.local.search.patterns import PatternError, PatternSearch, in_pattern_thread
from tui.local.search.query import resolve
from tui.local.search.result_json import file_json, metadata_json, result_json
from tui.local.search.retrieval import first_passages, retrieve

DEFAULT_TOP_K = 10
DEFAULT_CONTEXT_CHARS = 100


class RetrievalRoutes:
    def __init__(self, services: Services) -> None:
        self._folders = services.library.folders
        self._documents = services.library.documents
        self._passages = services.library.passages
        self._vocabulary = services.library.vocabulary

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "retrieve": self.retrieve,
            "findFiles": self.find_files,
            "grepFile": self.grep_file,
            "readFile": self.read_file,
        }

    async def retrieve(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, RetrieveBody)
        passages = await run_in_threadpool(self._retrieved, self._index(body.index_id), body)
        return JSONResponse({"results": passages})

    async def find_files(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, FindBody)
        index_ids = [self._index(body.index_id)]
        after = decode_token(body.page_token, 1)[0] if body.page_token else ""
        found = await run_in_threadpool(find, self._documents, index_ids, body.file_name, body.file_name_contains)
        rest = [file for file in found if file.name > after]
        shown = rest[: body.size]
        page = ListPage(shown, encode_token(shown[-1].name) if len(rest) > body.size else None)
        return JSONResponse(page_json(page, file_json))

    async def grep_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, GrepBody)
        file = await self._file(body.index_id, body.file_id)
        start = decode_number(body.page_token)
        try:
            page = await in_pattern_thread(self._matches, file, body, start)
        except PatternError as error:
            raise BadRequestError.at("body", "pattern", str(error)) from None
        return JSONResponse(page_json(page, _match_json))

    async def read_file(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        body = await read_body(request, ReadBody)
        file = await self._file(body.index_id, body.file_id)
        length = body.max_length or 2**40
        text = await run_in_threadpool(self._passages.read, file.file_id, file.index_id, body.offset, length)
        return JSONResponse({"content": text or ""})

    def _index(self, given: str) -> str:
        """The index with this id, or this export configuration."""
        index_id = own_id(given)
        if index_id not in self._folders.by_id:
            raise not_found(f"Index {given}")
        return index_id

    async def _file(self, index_id: str, file_id: str) -> FileRef:
        file = await run_in_threadpool(self._documents.file, file_id, [self._index(index_id)])
        if file is None:
            raise not_found(f"File {file_id} of index {index_id}")
        return file

    def _retrieved(self, index_id: str, body: RetrieveBody) -> list[dict[str, object]]:
        query = resolve(self._vocabulary, body.query, [index_id])
        wanted = min(body.top_k or DEFAULT_TOP_K, MAX_RESULTS)
        passes = partial(_passes, body) if body.custom_filters or body.static_filters else None
        if body.rerank.enabled:
            kept = retrieve(self._passages, query, [index_id], wanted, passes).passages[: body.rerank.top_n]
        else:
            kept = first_passages(self._passages, query, [index_id], wanted, passes)
        threshold = body.score_threshold
        return [
            {**self._json(passage), "rerank_score": passage.score if body.rerank.enabled else None}
            for passage in kept
            if threshold is None or passage.score >= threshold
        ]

    def _json(self, passage: Passage) -> dict[str, object]:
        page = passage.first_page
        return result_json(passage, self._documents.page_image_of(passage.file_id, page) if page else None)

    def _matches(self, file: FileRef, body: GrepBody, start: int) -> ListPage[Match]:
        context = DEFAULT_CONTEXT_CHARS if body.context_chars is None else body.context_chars
        with PatternSearch(body.pattern, any_case=False) as search:
            found = grep(self._passages, search, file, context, start, limit=body.size + 1)
        shown = found[: body.size]
        return ListPage(shown, encode_token(str(shown[-1].end)) if len(found) > body.size else None)


def _passes(body: RetrieveBody, passage: Passage) -> bool:
    return body.passes(passage.file_id, metadata_json(passage))


def _match_json(match: Match) -> dict[str, object]:
    return {"content": match.content, "start_char": match.start, "end_char": match.end}
