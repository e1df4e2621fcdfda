"""The routes of the API reference's page "Attachments", and the presigned URLs that they give.

The attachments of a document are the pictures of its pages, `screenshots/page_N.jpg`.
"""

from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.local.chat.paging import ListPage, decode_token, encode_token
from tui.local.http.requests import not_found, page_json, page_token_problem, read_query
from tui.local.http.schemas import AttachmentPageQuery, AttachmentQuery, SignedQuery
from tui.local.http.services import Services
from tui.local.library.stored_documents import page_image_name, page_of_image
from tui.local.library.timestamps import utc

LARGEST_PAGE = 20
"""How many attachments one page of the list tells at most: each is drawn to tell its size."""


def routes(parts: Services) -> list[Route]:
    """The routes over these parts."""
    attachments = _AttachmentRoutes(parts)
    return [
        Route("/api/v1/beta/attachments", attachments.page, methods=["GET"]),
        Route("/api/v1/beta/attachments/{name:path}", attachments.url, methods=["GET"]),
        Route("/signed/{source_id}/{name:path}", attachments.picture, methods=["GET"]),
    ]


class _AttachmentRoutes:
    def __init__(self, parts: Services) -> None:
        self._documents = parts.library.documents
        self._pictures = parts.page_images

    async def page(self, request: Request) -> Response:
        query = read_query(request, AttachmentPageQuery)
        first = 1 + _pages_before(query.page_token)
        file = await run_in_threadpool(self._documents.paged_file, query.source_id)
        if file is None or first not in file:
            return JSONResponse(page_json(ListPage([], None)))
        last = min(first - 1 + min(query.size, LARGEST_PAGE), file.pages)
        pictures = await self._pictures.pictures(file, first, last)
        items = [
            {"name": page_image_name(page), "size": len(picture), "last_modified": file.modified}
            for page, picture in enumerate(pictures, first)
        ]
        return JSONResponse(page_json(ListPage(items, encode_token(str(last)) if last < file.pages else None)))

    def url(self, request: Request) -> Response:
        query = read_query(request, AttachmentQuery)
        name = request.path_params["name"]
        file, page = self._documents.paged_file(query.source_id), page_of_image(name)
        if file is None or page is None or page not in file:
            raise not_found(f"Attachment {name} of {query.source_id}")
        path, expires = self._pictures.sign(query.source_id, name)
        url = str(request.base_url).rstrip("/") + path
        return JSONResponse({"url": url, "expires_at": utc(datetime.fromtimestamp(expires, UTC)), "form_fields": None})

    async def picture(self, request: Request) -> Response:
        query = read_query(request, SignedQuery)
        source_id, name = request.path_params["source_id"], request.path_params["name"]
        if not self._pictures.is_signed(source_id, name, query.expires, query.signature):
            raise HTTPException(403, "This URL is not one that this server gave, or it has expired: ask for a new one.")
        file, page = await run_in_threadpool(self._documents.paged_file, source_id), page_of_image(name)
        pictures = await self._pictures.pictures(file, page, page) if file and page and page in file else ()
        if not pictures:
            raise not_found(f"Attachment {name} of {source_id}")
        headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(pictures[0], media_type="image/jpeg", headers=headers)


def _pages_before(token: str | None) -> int:
    try:
        before = int(decode_token(token, 1)[0]) if token else 0
    except ValueError:
        raise page_token_problem() from None
    return max(before, 0)
