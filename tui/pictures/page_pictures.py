"""The pictures of pages: fetched when they are asked for, by addresses that expire."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tui.api.errors import ApiError, NotFoundError, RefusedError
from tui.api.models import PresignedUrl
from tui.conversation.page_image import PageImage
from tui.pictures.drawing import PictureError

if TYPE_CHECKING:
    from tui.api.client import Client
    from tui.pictures.decoder import PictureDecoder

EXPIRY_MARGIN = timedelta(seconds=10)
"""An address that expires so soon is asked for anew."""

_Result = TypeVar("_Result")


class PagePictures:
    """The pictures of one account's pages. Its methods raise `PictureError`.

    `require_client` gives the client, or raises `NotSentError` where there is none.
    """

    def __init__(self, require_client: "Callable[[], Client]") -> None:
        self._require_client = require_client
        self._addresses: dict[PageImage, PresignedUrl] = {}

    async def size(self, image: PageImage) -> int | None:
        """How many bytes a picture has, where its server says so. Nothing of it is fetched."""
        return await self._at_address(image, lambda address: self._require_client().download_size(address))

    async def open(self, image: PageImage, cell: tuple[int, int]) -> "PictureDecoder":
        """Fetch a picture and decode it, for a terminal whose cells have this size in pixels."""
        from tui.pictures.decoder import PictureDecoder  # no picture is decoded before it is asked for

        def download(address: PresignedUrl) -> Awaitable[bytes]:
            return self._require_client().download(address)

        return await PictureDecoder.decode(await self._at_address(image, download), cell)

    async def _at_address(self, image: PageImage, ask: Callable[[PresignedUrl], Awaitable[_Result]]) -> _Result:
        """What an address is asked for; once more at a new one where it is refused, as it is when it has expired."""
        try:
            try:
                return await ask(await self._address(image))
            except RefusedError as error:
                if image not in self._addresses:
                    raise error
                del self._addresses[image]
                return await ask(await self._address(image))
        except NotFoundError as error:
            raise PictureError(f"There is no picture of {image.title}.") from error
        except ApiError as error:
            raise PictureError(error.message) from error

    async def _address(self, image: PageImage) -> PresignedUrl:
        known = self._addresses.get(image)
        if known is None or (known.expires_at and known.expires_at < datetime.now(UTC) + EXPIRY_MARGIN):
            self._addresses.pop(image, None)
            name, source = image.attachment.attachment_name, image.attachment.source_id
            known = await self._require_client().attachment_url(name, source, image.marked)
            self._addresses[image] = known
        return known
