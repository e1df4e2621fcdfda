"""Mail as it is kept in files (RFC 5322): its head, its text, and what is attached."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any, TypeAlias

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.encodings import decode_declared
from tui.local.library.readers.html import html_pieces
from tui.local.library.readers.markdown_source import fence, paragraph
from tui.local.library.readers.pieces import Piece, converted_document, heading

ReadAttachment: TypeAlias = Callable[[str, bytes], Document]
"""Makes a document of a file by its name and bytes. Raises `UnreadableError`."""

HEAD = ("From", "To", "Cc", "Date")
MAX_ATTACHMENTS = 50
"""Attachments that are read; more are named."""
MAX_PARTS = 500
"""A mail with more parts, beside or within each other, is not read."""


def read_mail(data: bytes, read_attachment: ReadAttachment) -> Document:
    """The subject as a heading, who wrote when to whom, the text, and each attachment under its name.

    A mail that is attached is read without its own attachments, which are named.
    """
    made = count()

    def part(**said: Any) -> EmailMessage:
        if next(made) > MAX_PARTS:
            raise UnreadableError(f"it has more than {MAX_PARTS} parts")
        return EmailMessage(**said)

    message = message_from_bytes(data, part, policy=policy.default)
    if not any(name in message for name in (*HEAD, "Subject", "Received")):
        raise UnreadableError("it is no mail that can be read")
    remarks: list[str] = []
    pieces = [*_letter(message, 1), *_attached(message, read_attachment, remarks)]
    return converted_document([pieces], remarks=remarks)


def _letter(message: EmailMessage, level: int) -> Iterator[Piece]:
    yield heading(_header(message, "Subject") or "No subject", level)
    lines = (f"{name}: {value}" for name in HEAD if (value := _header(message, name)))
    if head := paragraph("\n".join(lines)):
        yield Piece("paragraph", head)
    body: Any = message.get_body(("plain", "html"))
    if body is None:
        return
    text = _text_of(body)
    if body.get_content_subtype() == "html":
        yield from (_deeper(piece, level) for piece in html_pieces(text))
    else:
        for part in text.replace("\r\n", "\n").split("\n\n"):
            if said := paragraph(part):
                yield Piece("paragraph", said)


def _header(message: EmailMessage, name: str) -> str:
    """A header in one line; one that cannot be read as it must be written is given as it stands."""
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError):
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(value.split())


def _text_of(part: Any) -> str:
    return decode_declared(part.get_payload(decode=True) or b"", part.get_content_charset() or "utf-8")


def _attached(message: EmailMessage, read_attachment: ReadAttachment, remarks: list[str]) -> Iterator[Piece]:
    for number, part in enumerate(message.iter_attachments()):
        name = " ".join((part.get_filename() or "").split())
        attached: Any = part
        if part.get_content_type() == "message/rfc822":
            letter = attached.get_payload(0)
            yield heading(f"Attached mail: {name}" if name else "Attached mail", 2)
            yield from _letter(letter, 3)
            names = (other.get_filename() or "without a name" for other in letter.iter_attachments())
            remarks.extend(f"its attached mail has an attachment, {other}, that is not read" for other in names)
            continue
        name = name or f"attachment {number + 1}"
        yield heading(f"Attachment: {name}", 2)
        data = attached.get_payload(decode=True) or b""
        try:
            if number >= MAX_ATTACHMENTS:
                raise UnreadableError("it is one of too many")
            yield from _pieces_of(read_attachment(name, data))
        except UnreadableError as error:
            remarks.append(f"its attachment {name} is not read: {error}")


def _pieces_of(document: Document) -> Iterator[Piece]:
    for block in document.blocks:
        text = document.text[block.start : block.end].strip("\n")
        if block.kind == "heading":
            yield heading(block.title, min(block.level + 2, 6))
        elif document.format == "markdown":
            yield Piece(block.kind, text)
        elif document.format == "code":
            yield Piece("code", fence(text))
        else:
            yield Piece("paragraph", paragraph(text))


def _deeper(piece: Piece, by: int) -> Piece:
    """An anchor in a mail leads nowhere."""
    return heading(piece.title, min(piece.level + by, 6)) if piece.kind == "heading" else Piece(piece.kind, piece.text)
