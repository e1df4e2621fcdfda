"""An answer streamed by Textual's own means: a `Markdown` widget fed by its `MarkdownStream`, following the end."""

import asyncio
import sys

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from benchmarks.corpus import beginning, deltas


class StockStream(App[None]):
    """Takes `before` deltas at once and then `count` at `rate` a second; writes its title when each has been done."""

    def __init__(self, before: int, count: int, rate: float) -> None:
        super().__init__()
        self._said = beginning(before)
        self._pieces = deltas(count)
        self._rate = rate

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).anchor()
        self.run_worker(self._stream())

    async def _stream(self) -> None:
        markdown = self.query_one(Markdown)
        await markdown.append(self._said)
        await asyncio.sleep(3)
        stream = Markdown.get_stream(markdown)
        loop = asyncio.get_running_loop()
        self._say("BEGUN")
        began = loop.time()
        for number, piece in enumerate(self._pieces):
            await asyncio.sleep(began + number / self._rate - loop.time())
            await stream.write(piece)
        await stream.stop()
        self._say("ENDED")

    def _say(self, mark: str) -> None:
        if self._driver is not None:
            self._driver.write(f"\x1b]2;{mark}\x07")


if __name__ == "__main__":
    StockStream(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])).run()
