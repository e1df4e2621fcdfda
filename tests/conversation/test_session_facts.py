from tui.api.models import Stop, Text, Usage, UserInput
from tui.conversation.session_facts import SessionFacts, facts_of
from tui.conversation.transcript import Transcript, interrupt
from tui.conversation.transcript_builder import replay

ANSWERED = [UserInput("Why?"), Text("So."), Stop(usage=Usage(total_input_tokens=1000, total_output_tokens=20))]


def test_tokens_are_those_of_all_turns_and_the_error_is_the_last_one() -> None:
    failed = [UserInput("Who?"), Stop(is_error=True, error="The model is down."), *ANSWERED]
    assert facts_of(replay([*ANSWERED, *failed])) == SessionFacts(3, 2000, 40, "The model is down.")


def test_a_turn_that_broke_here_is_an_error_too() -> None:
    broken = interrupt(replay([UserInput("Why?"), Text("So")]), "The line is cut.", is_error=True)
    assert facts_of(broken) == SessionFacts(1, last_error="The line is cut.")


def test_what_no_turn_tells_is_not_known() -> None:
    assert facts_of(Transcript()) == SessionFacts(0)
    assert facts_of(replay([UserInput("Why?"), Stop(is_error=True)])).last_error == "unknown"
