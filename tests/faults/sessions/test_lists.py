"""Lists of sessions that are odd, long, late or refused, and titles of any kind."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from rich.cells import cell_len

from tests.app.user import User
from tests.faults.driving import ask, behind, newest
from tests.faults.proxy import Exchange, Fault, FaultProxy, Gate, no_fault, refused
from tui.api.retry import TRIES
from tui.widgets.sessions.session_list import SessionList

JSON = "Content-Type: application/json"


class Pages:
    """Pages of the list of sessions in the server's place, by the token that asks for each: its numbers, and what
    token is told with it.
    """

    def __init__(self, pages: Mapping[str, tuple[Sequence[int], str | None]], title: str = "Report {}") -> None:
        self._pages = pages
        self._title = title
        self.asked: list[str] = []

    async def fault(self, exchange: Exchange) -> None:
        target = urlsplit(exchange.request.split(b" ")[1].decode())
        if target.path != "/api/v1/chat" or exchange.request.startswith(b"POST"):
            await no_fault(exchange)
            return
        token = parse_qs(target.query).get("page_token", [""])[0]
        self.asked.append(token)
        numbers, after = self._pages[token]
        items = [
            {
                "session_id": f"ses-{number}",
                "generated_title": self._title.format(number),
                "last_updated_at": f"20{26 - number // 1000:02}-01-01T00:00:00Z",
                "index_ids": None,
            }
            for number in numbers
        ]
        body = json.dumps({"items": items, "next_page_token": after}).encode()
        await refused("200 OK", JSON, body=body)(exchange)


@pytest.mark.fault(41)
async def test_ten_thousand_sessions_in_pages_that_overlap_and_lead_in_a_circle_are_listed_once(
    proxy: FaultProxy,
) -> None:
    starts = range(900, 9900, 1000)
    told = {"": (range(1000), "900")}
    told |= {str(start): (range(start, start + 1000), str(start + 1000)) for start in starts}
    told |= {"9900": (range(9900, 10_000), "900")}
    pages = Pages(told)
    proxy.others = pages.fault
    async with behind(proxy) as user:
        listed = user.app.chat.query_one(SessionList)
        await user.until(lambda: len(listed.sessions) >= 1000)
        await user.press("ctrl+s")
        for count in (*starts[1:], 9900, 10_000):
            await user.press("end")
            await user.until(lambda count=count: len(listed.sessions) >= count)
        await user.press("home", "end")
        await user.see("Report 9999 ")
        assert len({session.session_id for session in listed.sessions}) == len(listed.sessions) == 10_000
        assert pages.asked == list(told)


LONG = "A report on " + "very " * 2000 + "much\nand \u6f22\u5b57 on\x1b[2J lines"


@pytest.mark.fault(8)
@pytest.mark.parametrize(
    ("title", "shown"),
    [("\u6f22\u5b57 " + LONG, "\u6f22\u5b57 A report"), ("\u200b\n\u00ad", "(untitled)")],
    ids=["long", "of nothing that is seen"],
)
async def test_a_title_takes_one_line_of_the_list_and_one_above_the_conversation(
    proxy: FaultProxy, title: str, shown: str
) -> None:
    proxy.others = Pages({"": (range(2), None)}, title).fault
    async with behind(proxy) as user:
        await user.until(lambda: lines_with(user, shown) == [3, 4])
        await user.press("ctrl+s", "enter")
        await user.until(lambda: lines_with(user, shown) == [0, 3, 4])
        assert all(cell_len(line) <= 120 for line in user.lines)


def lines_with(user: User, text: str) -> list[int]:
    return [number for number, line in enumerate(user.lines) if text in line]


@pytest.mark.fault(33)
async def test_a_list_that_fails_is_tried_three_times_and_then_by_a_key(proxy: FaultProxy) -> None:
    proxy.others = refused("502 Bad Gateway", "Retry-After: 0")
    async with behind(proxy) as user:
        await user.see("failed (502 Bad Gateway)")
        assert "F5 tries now" in user.screen
        assert sum(target.startswith("GET /api/v1/chat?") for target in proxy.requests) == TRIES
        proxy.others = no_fault
        await user.press("f5")
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.see_no("502")


class Titles:
    """What happens to the requests for a title, of a server that gives none by itself."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.asked = 0

    async def fault(self, exchange: Exchange) -> None:
        target = exchange.request.partition(b" HTTP")[0]
        if target.endswith(b"/title"):
            self.asked += 1
            await self._fault(exchange)
        elif target.endswith(b"/summary"):
            summary = json.loads((await exchange.whole_answer()).partition(b"\r\n\r\n")[2])
            await refused("200 OK", JSON, body=json.dumps(summary | {"generated_title": None}).encode())(exchange)
        else:
            await no_fault(exchange)


async def hostile(exchange: Exchange) -> None:
    session_id = exchange.request.split(b"/")[4].decode()
    body = {"session_id": session_id, "generated_title": "\x1b[2J[/red]" + "A" * 1_000_000}
    await refused("200 OK", JSON, body=json.dumps(body).encode())(exchange)


@pytest.mark.fault(61)
@pytest.mark.parametrize(
    "fault",
    [refused("500 Internal Server Error"), Gate().fault],
    ids=["not made", "late"],
)
async def test_without_a_title_a_session_is_called_by_its_question_and_takes_the_next(
    proxy: FaultProxy, fault: Fault
) -> None:
    titles = Titles(fault)
    proxy.others = titles.fault
    async with behind(proxy) as user:
        await user.ask_in_new_session("Who leads navigation?")
        await user.see("Ada Sol")
        await user.until(lambda: titles.asked > 0)
        await ask(user, "Who leads science?")
        await user.see("Who leads science?")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert not newest(user).generated_title
        assert "Who leads navigation?" in user.lines[0]
        assert proxy.prompts == ["Who leads navigation?", "Who leads science?"]


@pytest.mark.fault(61)
async def test_a_hostile_title_is_one_clean_line(proxy: FaultProxy) -> None:
    proxy.others = Titles(hostile).fault
    async with behind(proxy) as user:
        await user.ask_in_new_session("Who leads navigation?")
        await user.until(lambda: len(lines_with(user, "␛[2J[/red]AAA")) == 2)
