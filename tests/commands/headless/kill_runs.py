"""Kill a run at random moments, again and again, and let it end: no question may be asked twice.

`make run-kills N=20` kills it at so many moments; `ARGS="--seed 7"` chooses them again. A question that a kill left
between the record and the server is never asked by itself: then the output says so.
"""

import os
import random
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from tests.commands.headless.processes import process
from tests.commands.serving import served
from tests.workspace.cloud import Cloud

QUESTIONS = 80
RUN_TIMEOUT = 300.0
"""Seconds for what is left: a question that the server never got is looked for about two minutes."""


def main() -> int:
    """Kill and go on; the exit code, 1 where a question was asked twice or is not in the output."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    moments = random.Random(options.seed)
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder, served(Cloud()) as serving:
        home = Path(folder)
        os.environ |= {"LLAMACHAT_STATE_DIR": folder, "XDG_CONFIG_HOME": folder, "HOME": folder}
        os.environ |= {"LLAMA_CLOUD_API_KEY": "llx-abcdefgh1234", "LLAMA_CLOUD_BASE_URL": serving.base_url}
        prompts = [f"Question {number}?" for number in range(QUESTIONS)]
        (home / "q.txt").write_text("\n".join(prompts))
        command = ("run", str(home / "q.txt"), "-o", str(home / "out.jsonl"))
        for number in range(options.kills):
            wanted = len(serving.cloud.requests) + moments.randint(1, 25)
            with process(*command) as running:
                while len(serving.cloud.requests) < wanted and running.poll() is None:
                    time.sleep(0.001)
                time.sleep(moments.uniform(0, 0.02))
                running.kill()
            print(f"kill {number + 1}: {len(serving.cloud.questions)} asked", flush=True)
        with process(*command) as running:
            _, said = running.communicate(timeout=RUN_TIMEOUT)
        asked = Counter(question.prompt for question in serving.cloud.questions)
        written = (home / "out.jsonl").read_text().count("\n")
    twice = [prompt for prompt, count in asked.items() if count > 1]
    missing = [prompt for prompt in prompts if prompt not in asked]
    print(said.decode().strip())
    print(f"asked twice: {len(twice)}; never asked: {len(missing)}; written: {written} of {QUESTIONS}")
    return 1 if twice or written != QUESTIONS else 0


if __name__ == "__main__":
    sys.exit(main())
