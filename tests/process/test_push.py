"""`llamachat-tui push` in a terminal: it asks before it sends, and opens a session on the new index."""

import sys
from pathlib import Path

from tests.local.server import connected, running_server
from tests.real_terminal import RealTerminal

CTRL_Q = "\x11"


def test_it_asks_before_it_sends_and_then_opens_a_session(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "roof.md").write_text("# Roof\n\nThe roof was mended in May.\n")
    with running_server([], tmp_path / "data") as server, connected(server) as http:
        environment = {"LLAMA_CLOUD_API_KEY": server.api_key, "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        command = [sys.executable, "-m", "tui", "push", papers, "--base-url", server.base_url]
        with RealTerminal(command, environment=environment) as terminal:
            terminal.wait_for("Send them? [y/N]")
            terminal.send("n\n")
            terminal.wait_for("Nothing was sent.")
            assert terminal.wait_for_exit() == 1
        assert http.get("/api/v1/beta/directories").json()["items"] == []
        with RealTerminal(command, environment=environment) as terminal:
            terminal.wait_for("Send them? [y/N]")
            terminal.send("y\n")
            terminal.wait_for("Ask it now? [y/N]")
            terminal.send("y\n")
            terminal.wait_for("papers")
            terminal.wait_for("Ask a question")
            terminal.send(CTRL_Q)
            assert terminal.wait_for_exit() == 0
        (session,) = http.get("/api/v1/chat").json()["items"]
        (index,) = [item for item in http.get("/api/v1/indexes").json()["items"] if item["name"] == "papers"]
        assert session["index_ids"] == [index["id"]]
