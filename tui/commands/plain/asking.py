"""Asking in lines: a question, its answer as it comes, what it cites, what was asked before."""

from collections.abc import Sequence

from tui.api.errors import ApiError
from tui.commands.exit_code import BadUseError
from tui.commands.headless.outcome import unknown_outcome
from tui.commands.headless.questions import checked_question
from tui.commands.headless.told import AnswerText, sources_text, step_of
from tui.commands.plain.open_place import LISTED, LineCommand, OpenPlace, number_of, numbered
from tui.conversation.catalogue import names_of
from tui.conversation.evidence import evidence_of
from tui.conversation.transcript import Turn
from tui.sanitize import clean_line
from tui.workspace.history import each_once


class Asking:
    """Asks in the open session, or in a new one."""

    def __init__(self, place: OpenPlace) -> None:
        self._place = place
        self._questions: Sequence[str] = ()

    @property
    def commands(self) -> Sequence[LineCommand]:
        return [
            LineCommand("/indexes", "the indexes", self._list_indexes),
            LineCommand("/index NAME, …", "what new sessions ask", self._choose_indexes),
            LineCommand("/sources", "what the last answer cites", self._list_sources),
            LineCommand("/source NUMBER", "read one of them whole", self._read_source),
            LineCommand("/questions [WORDS]", "questions asked before, with a number each", self._list_questions),
            LineCommand("/again NUMBER", "ask one of them again", self._ask_again),
            LineCommand("/forget NUMBER", "forget one of them", self._forget_question),
        ]

    async def ask(self, question: str) -> None:
        """Ask, and print the answer as it comes. Raises `ApiError` and `BadUseError`."""
        question, place, asking = checked_question(question), self._place, self._place.asking
        is_first = place.session_id is None
        if place.session_id is None:
            place.session_id = await asking.new_session(await asking.chosen_indexes(place.index_names))
            asking.workspace.switch(place.session_id, None)
        answer = AnswerText()
        place.last = None

        async def show(turn: Turn) -> None:
            place.last = turn
            asking.progress.show(step_of(turn))
            if news := answer.news(turn):
                place.put(news)

        try:
            outcome = await asking.ask(place.session_id, question, show, is_first=is_first)
        except ApiError as error:
            outcome = unknown_outcome(place.last, error)
        place.last = outcome.turn
        place.put(f"\n{sources_text(outcome.turn) if outcome.turn else ''}")
        if outcome.problem:
            place.put(f"{outcome.problem}\n")

    async def _list_indexes(self, _: str) -> None:
        indexes = await self._place.asking.indexes()
        self._place.put("".join(f"{clean_line(index.name)}\n" for index in indexes) or "There are no indexes yet.\n")

    async def _choose_indexes(self, names: str) -> None:
        place = self._place
        given = [name.strip() for name in names.split(",") if name.strip()]
        chosen = await place.asking.chosen_indexes(given)
        place.index_names = chosen
        place.leave()
        names = ", ".join(names_of(chosen, place.workspace.indexes))
        place.put(f"New sessions ask: {names}; the next question begins one.\n")

    async def _list_sources(self, _: str) -> None:
        last = self._place.last
        self._place.put(
            (sources_text(last, repeats=True).lstrip() if last else "") or "The last answer has no sources.\n"
        )

    async def _read_source(self, number: str) -> None:
        last = self._place.last
        source = evidence_of(last).source(number_of(number)) if last else None
        if source is None:
            raise BadUseError("There is no such source. Type /sources for those there are.")
        self._place.put(f"{source.passage.origin}\n{source.passage.text or '(It has no text.)'}\n")

    async def _list_questions(self, words: str) -> None:
        """The latest ones that have all the words."""
        wanted = words.casefold().split()
        asked = each_once(self._place.workspace.questions(self._place.session_id))
        found = [text for text in asked if all(word in text.casefold() for word in wanted)]
        self._questions = found[-LISTED:]
        lines = (f"{number}. {clean_line(text)}\n" for number, text in enumerate(self._questions, 1))
        self._place.put("".join(lines) or "Nothing here has this in it.\n")

    async def _ask_again(self, number: str) -> None:
        await self.ask(self._question(number))

    async def _forget_question(self, number: str) -> None:
        question = self._question(number)
        self._place.workspace.history.forget(question)
        is_forgotten = question not in self._place.workspace.questions(self._place.session_id)
        told = "Forgotten." if is_forgotten else "It stands in the open session: it is forgotten when that is deleted."
        self._place.put(f"{told}\n")

    def _question(self, number: str) -> str:
        question = numbered(number, self._questions)
        if question is None:
            raise BadUseError("There is no such question. Type /questions for those there are.")
        return question
