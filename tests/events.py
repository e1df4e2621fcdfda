"""Events of every type, for the tests that must know each of them."""

from collections.abc import Mapping

from hypothesis import strategies as st

from tui.api.models import (
    Event,
    ImageAttachment,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    Usage,
    UserInput,
)
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import TranscriptBuilder

Texts = st.SearchStrategy[str]

EXAMPLES: Mapping[type[Event], Event] = {
    ThinkingDelta: ThinkingDelta("The lease "),
    TextDelta: TextDelta("Three "),
    Thinking: Thinking("The lease must say."),
    Text: Text("Three months."),
    ToolCall: ToolCall("call-1", "retrieve", {"query": "notice period", "top_k": 5}),
    ToolResult: ToolResult("call-1", "retrieve", {"results": [None, 0.5]}, ImageAttachment("page_7.jpg", "dfl-1")),
    Stop: Stop(True, "no credits", Usage(1200.5, 1000, 200, 3), ("index-1",)),
    UserInput: UserInput("Why?"),
    Unknown: Unknown("later", '{"type": "later", "x": 1}'),
}


def any_event(
    texts: Texts,
    call_ids: Texts,
    results: st.SearchStrategy[object],
    usages: st.SearchStrategy[Usage],
) -> st.SearchStrategy[Event]:
    """Events of all types, in equal shares."""
    kinds: Mapping[type[Event], st.SearchStrategy[Event]] = {
        **{kind: st.builds(kind, texts) for kind in (ThinkingDelta, TextDelta, Thinking, Text, UserInput)},
        ToolCall: st.builds(ToolCall, call_ids, texts, st.dictionaries(texts, results, max_size=3)),
        ToolResult: st.builds(
            ToolResult, call_ids, texts, results, st.none() | st.builds(ImageAttachment, texts, texts)
        ),
        Stop: st.builds(Stop, st.booleans(), st.none() | texts, usages, st.lists(texts, max_size=3).map(tuple)),
        Unknown: st.builds(Unknown, texts, texts),
    }
    assert kinds.keys() == EXAMPLES.keys()
    return st.one_of(*kinds.values())


def advance(transcript: Transcript, event: Event) -> Transcript:
    """The conversation after one more event."""
    builder = TranscriptBuilder(transcript)
    builder.add(event)
    return builder.build()
