"""A program that writes to the store until it is killed: each turn begins, grows and ends. It prints each step done.

python -m tests.store.endless_writer FILE
"""

import sys
from itertools import count
from pathlib import Path

from tests.store.sample import ACCOUNT, history, session, turn
from tui.store.store import Store


def main(path: Path) -> None:
    store = Store.open(path)
    store.hold(ACCOUNT, "s1")
    print("ready", flush=True)
    for number in count():
        question = f"Question {number}: what is the notice period?"
        store.notes.save_draft(ACCOUNT, "s1", question)
        print(f"typed {number}", flush=True)
        turn_id = store.journal.begin(ACCOUNT, "s1", question, number)
        print(f"asked {number}", flush=True)
        for event in turn(number)[1:]:
            store.journal.append(turn_id, [event])
        print(f"received {number}", flush=True)
        store.journal.end(turn_id)
        print(f"ended {number}", flush=True)
        store.sessions.save_history(ACCOUNT, session(1), history(number + 1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
