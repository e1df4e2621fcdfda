"""Changes that are drawn together."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textual.dom import DOMNode

QUEUES = 10
"""Queues that a change goes through, from widget to widget, until the screen knows all that is to be drawn for it."""


@asynccontextmanager
async def in_one_frame(node: DOMNode) -> AsyncGenerator[None, None]:
    """Have all that is changed within drawn together, with what the widgets do when they hear of it.

    Without it what they do then misses the frame that is due, and is seen one or two frames later.
    """
    with node.app.batch_update():
        yield
        for _ in range(QUEUES):
            await asyncio.sleep(0)
    node.screen.check_idle()  # else it draws not before its next message
