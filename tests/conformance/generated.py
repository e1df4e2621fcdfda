"""What a client does that was generated from `/openapi.json`. Run by the interpreter that has the generator's package.

The folder with the client, a package called `library`, is the argument.
"""

import importlib
import json
import os
import sys
from typing import Any

sys.path.insert(0, sys.argv[1])
models: Any = importlib.import_module("library.models")
client: Any = importlib.import_module("library").AuthenticatedClient(
    base_url=os.environ["LLAMA_CLOUD_BASE_URL"], token=os.environ["LLAMA_CLOUD_API_KEY"]
)


def call(operation: str, *arguments: object, **named: object) -> Any:
    """What the operation answers; `operation` is its tag and its name."""
    return importlib.import_module(f"library.api.{operation}").sync(*arguments, client=client, **named)


(index,) = call("indexes.list_indexes").items
assert index.metadata.files == 3
assert call("indexes.get_index", index.id).created_at == index.created_at

session = call("chat.create_session", body=models.CreateBody(index_ids=[index.id]))
question = models.StreamBody(index_ids=[index.id], prompt="Who is the electrician?")
stream = call("chat.ask", session.session_id, body=question)
told = [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]
answer = "".join(models.TextDeltaEvent.from_dict(event).content for event in told if event["type"] == "text_delta")
assert "Marek Nowak" in answer
assert models.StopEvent.from_dict(told[-1]).is_error is False

stored = call("chat.get_session", session.session_id)
kinds = [type(event).__name__ for event in stored.events]
assert kinds[:2] == ["UserInputEvent", "ThinkingEvent"], kinds
assert kinds[-2:] == ["TextEvent", "StopEvent"], kinds
assert {"ToolCallEvent", "ToolResultEvent"} <= set(kinds)
assert stored.events[-1].usage.duration_ms > 0
assert stored.job_metadata.export_config_ids == [index.export_config_id]

page = call("chat.list_sessions", page_size=1)
assert [listed.session_id for listed in page.items] == [session.session_id]
assert page.next_page_token is None

found = call("retrieval.retrieve", body=models.RetrieveBody(index_id=index.id, query="electrician"))
assert "Marek Nowak" in found.results[0].content
(file,) = call("retrieval.find_files", body=models.FindBody(index_id=index.id, file_name="kitchen.md")).items
grep = models.GrepBody(index_id=index.id, file_id=file.file_id, pattern="Marek")
(match,) = call("retrieval.grep_file", body=grep).items
read = models.ReadBody(index_id=index.id, file_id=file.file_id, offset=match.start_char, max_length=5)
assert call("retrieval.read_file", body=read).content == "Marek"

refused = call("chat.ask", session.session_id, body=models.StreamBody(index_ids=[index.id], prompt=""))
assert isinstance(refused, models.Invalid)
assert refused.detail[0].loc == ["body", "prompt"]
call("chat.delete_session", session.session_id)
gone = call("chat.get_session", session.session_id)
assert isinstance(gone, models.Problem)
assert session.session_id in gone.detail
