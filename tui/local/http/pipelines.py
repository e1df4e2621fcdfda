"""The routes of the API reference's page "Pipelines" that only read: each index, as the pipeline that it was before.

LlamaIndex's `LlamaCloudIndex` and `LlamaCloudRetriever` ask for them.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.http.operations import Handler
from tui.local.http.pipeline_schemas import PipelineQuery, PipelineRetrieveBody
from tui.local.http.projects import PROJECT_ID, PROJECT_NAME
from tui.local.http.requests import not_found, read_body, read_query
from tui.local.http.schemas import ScopeQuery
from tui.local.http.services import Services
from tui.local.library.folders import own_id
from tui.local.library.index_state import IndexState
from tui.local.library.passages import Passage
from tui.local.search.query import resolve
from tui.local.search.result_json import metadata_json
from tui.local.search.retrieval import retrieve

_EMBEDDING: Mapping[str, object] = {"type": "MANAGED_OPENAI_EMBEDDING", "component": {}}
"""No model embeds anything here; but clients refuse a pipeline whose embedding is of no type that they know."""


class PipelineRoutes:
    def __init__(self, services: Services) -> None:
        self._folders = services.library.folders
        self._states = services.library.states
        self._passages = services.library.passages
        self._vocabulary = services.library.vocabulary

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "listPipelines": self.list_pipelines,
            "getPipeline": self.get_pipeline,
            "retrieveFromPipeline": self.retrieve,
        }

    def list_pipelines(self, request: Request) -> Response:
        query = read_query(request, PipelineQuery)
        if query.pipeline_type == "PLAYGROUND" or query.project_name not in (None, PROJECT_NAME):
            return JSONResponse([])
        wanted = query.pipeline_name
        states = self._states.served().values()
        return JSONResponse([_pipeline_json(state) for state in states if wanted in (None, state.name)])

    def get_pipeline(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        return JSONResponse(_pipeline_json(self._states.served()[self._index(request)]))

    async def retrieve(self, request: Request) -> Response:
        read_query(request, ScopeQuery)
        index_id = self._index(request)
        body = await read_body(request, PipelineRetrieveBody)
        nodes = await run_in_threadpool(self._retrieved, index_id, body)
        return JSONResponse(
            {
                "class_name": "RetrieveResults",
                "pipeline_id": index_id,
                "retrieval_nodes": nodes,
                "image_nodes": [],
                "page_figure_nodes": [],
                "metadata": {},
            }
        )

    def _retrieved(self, index_id: str, body: PipelineRetrieveBody) -> list[dict[str, object]]:
        query = resolve(self._vocabulary, body.query, [index_id])

        def passes(passage: Passage) -> bool:
            return body.passes(_node_metadata(passage))

        wanted = passes if body.search_filters else None
        found = retrieve(self._passages, query, [index_id], body.wanted, wanted).passages
        return [_node_json(passage) for passage in found]

    def _index(self, request: Request) -> str:
        """The index that the path names, or its export configuration."""
        given = request.path_params["pipeline_id"]
        index_id = own_id(given)
        if index_id not in self._folders.by_id:
            raise not_found(f"Pipeline {given}")
        return index_id


def _pipeline_json(state: IndexState) -> dict[str, object]:
    return {
        "id": state.id,
        "name": state.name,
        "project_id": PROJECT_ID,
        "pipeline_type": "MANAGED",
        "status": "CREATED",
        "embedding_config": _EMBEDDING,
        "created_at": state.created,
        "updated_at": state.synced or state.created,
    }


def _node_metadata(passage: Passage) -> dict[str, object]:
    pages = {} if passage.first_page is None else {"page_label": str(passage.first_page)}
    return metadata_json(passage) | {"file_id": passage.file_id} | pages


def _node_json(passage: Passage) -> dict[str, object]:
    metadata = _node_metadata(passage)
    return {
        "class_name": "NodeWithScore",
        "score": passage.score,
        "node": {
            "class_name": "TextNode",
            "id_": f"{passage.file_id}-{passage.number}",
            "text": passage.text,
            "metadata": metadata,
            "extra_info": metadata,  # what the metadata is called by llama-cloud-services
            "start_char_idx": passage.start_char,
            "end_char_idx": passage.end_char,
        },
    }
