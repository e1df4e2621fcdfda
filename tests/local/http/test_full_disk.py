"""What a request is told where the disk has no room for what the server keeps."""

import json
import sqlite3
from contextlib import closing

import pytest
from starlette.requests import Request

from tui.local.http.requests import on_database_error


async def test_a_full_disk_is_told_with_what_can_be_done() -> None:
    with closing(sqlite3.connect(":memory:")) as library:
        library.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.Error) as full:
            library.execute("CREATE TABLE sessions (id)")
    request = Request({"type": "http", "method": "GET", "path": "/api/v1/chat", "headers": []})
    answer = await on_database_error(request, full.value)
    assert answer.status_code == 503
    assert json.loads(bytes(answer.body))["detail"] == (
        "What this server keeps cannot be read or written now (database or disk is full). Make room on the disk of its "
        "data folder, then ask again."
    )
