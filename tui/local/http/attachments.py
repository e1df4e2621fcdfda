"""The routes of the API reference's page "Attachments", and the presigned URLs that they give.

The attachments of a document are the images of its pages, `screenshots/page_N.jpg`. Beyond the API, `start_char` and
`end_char` name a stretch of the document's text, whose lines are then marked in the image.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.local.chat.paging import ListPage, decode_number, encode_token
from tui.local.http.operations import Handler
from tui.local.http.requests import not_found, page_json, read_query
from tui.local.http.schemas import AttachmentPageQuery, AttachmentQuery, SignedQuery
from tui.local.http.services import Services
from tui.local.library.page_images import Span
from tui.local.library.stored_documents import PagedFile, page_image_name, page_of_image
from tui.local.library.timestamps import utc

MAX_LISTED = 20
"""How many attachments one page of the list tells at most: each is drawn to tell its size."""


class AttachmentRoutes:
    def __init__(self, services: Services) -> None:
        self._documents = services.library.documents
        self._passages = services.library.passages
        self._page_images = services.page_images

    def handlers(self) -> Mapping[str, Handler]:
        return {"listAttachments": self.list_attachments, "getAttachment": self.get_attachment}

    async def list_attachments(self, request: Request) -> Response:
        query = read_query(request, AttachmentPageQuery)
        first = 1 + decode_number(query.page_token)
        file = await run_in_threadpool(self._documents.paged_file, query.source_id)
        page: ListPage[Mapping[str, object]] = ListPage([])
        if file and first in file:
            page = await self._page(file, first, query.size)
        return JSONResponse(page_json(page, dict))

    async def _page(self, file: PagedFile, first: int, size: int) -> ListPage[Mapping[str, object]]:
        last = min(first - 1 + min(size, MAX_LISTED), file.pages)
        images = await self._page_images.draw(file, first, last)
        items = [
            {"name": page_image_name(page), "size": len(image), "last_modified": file.modified}
            for page, image in enumerate(images, first)
        ]
        return ListPage(items, encode_token(str(last)) if last < file.pages else None)

    def get_attachment(self, request: Request) -> Response:
        query = read_query(request, AttachmentQuery)
        name = request.path_params["attachment_name"]
        file, page = self._documents.paged_file(query.source_id), page_of_image(name)
        if file is None or page is None or page not in file:
            raise not_found(f"Attachment {name} of {query.source_id}")
        path, expires = self._page_images.sign(query.source_id, name, query.marked)
        url = str(request.base_url).rstrip("/") + path
        return JSONResponse({"url": url, "expires_at": utc(datetime.fromtimestamp(expires, UTC)), "form_fields": None})

    async def get_signed(self, request: Request) -> Response:
        """The image at a presigned URL."""
        query = read_query(request, SignedQuery)
        source_id, name = request.path_params["source_id"], request.path_params["attachment_name"]
        if not self._page_images.is_signed(source_id, name, query.expires, query.signature, query.marked):
            raise HTTPException(403, "This URL is not one that this server gave, or it has expired: ask for a new one.")
        file, page = await run_in_threadpool(self._documents.paged_file, source_id), page_of_image(name)
        images: Sequence[bytes] = ()
        if file and page and page in file:
            passage = await run_in_threadpool(self._passage, file, query.marked) if query.marked else ""
            images = await self._page_images.draw(file, page, page, passage)
        if not images:
            raise not_found(f"Attachment {name} of {source_id}")
        headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(images[0], media_type="image/jpeg", headers=headers)

    def _passage(self, file: PagedFile, span: Span) -> str:
        start, end = span
        return self._passages.read(file.file_id, file.index_id, start, end - start) or ""
