"""What the pane keeps of the conversations that it has shown."""

import gc

from tests.widgets.test_conversation_pane import reading
from tui.api.models import Stop, Text, UserInput
from tui.conversation.transcript import KEPT_CONVERSATIONS, Transcript, Turn
from tui.conversation.transcript_builder import replay


def conversation(number: int) -> Transcript:
    return replay([UserInput(f"Drawn question {number}?"), Text("Yes."), Stop()])


def turns_in_memory() -> int:
    gc.collect()
    return sum(isinstance(each, Turn) and (each.question or "").startswith("Drawn") for each in gc.get_objects())


async def test_of_many_conversations_only_the_last_stay_drawn() -> None:
    many = 2 * KEPT_CONVERSATIONS
    async with reading(Transcript()) as reader:
        for number in range(many):
            reader.pane.show(str(number), conversation(number))
            await reader.pilot.pause()
        assert f"Drawn question {many - 1}?" in reader.text
        assert 0 < turns_in_memory() <= KEPT_CONVERSATIONS
        reader.pane.show("0", conversation(0))
        await reader.pilot.pause()
        assert "Drawn question 0?" in reader.text
