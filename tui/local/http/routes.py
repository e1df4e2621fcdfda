"""All routes of the server: the operations, each with the handler of its name, and two that are not of the API."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.http.attachments import AttachmentRoutes
from tui.local.http.chat import ChatRoutes
from tui.local.http.directories import DirectoryRoutes
from tui.local.http.indexes import IndexRoutes
from tui.local.http.operations import OPERATIONS
from tui.local.http.pipelines import PipelineRoutes
from tui.local.http.projects import ProjectRoutes
from tui.local.http.retrieval import RetrievalRoutes
from tui.local.http.services import Services
from tui.local.library.page_images import SIGNED_PATH


def routes(services: Services) -> list[Route]:
    """The routes over these services."""
    attachments = AttachmentRoutes(services)
    handlers = {
        **ChatRoutes(services).handlers(),
        **DirectoryRoutes(services).handlers(),
        **IndexRoutes(services).handlers(),
        **PipelineRoutes(services).handlers(),
        **ProjectRoutes().handlers(),
        **attachments.handlers(),
        **RetrievalRoutes(services).handlers(),
    }
    assert handlers.keys() == {row.name for row in OPERATIONS}
    return [
        Route("/openapi.json", _openapi, methods=["GET"]),
        Route(SIGNED_PATH + "{source_id}/{attachment_name:path}", attachments.get_signed, methods=["GET"]),
        *(Route(row.path, handlers[row.name], methods=[row.method.upper()]) for row in OPERATIONS),
    ]


def _openapi(_: Request) -> Response:
    from tui.local.http.openapi import document  # few ask for it, and it takes a moment to describe all models

    return JSONResponse(document())
