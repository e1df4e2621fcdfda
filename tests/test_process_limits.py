import subprocess
import sys

import pytest

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, ({most}, {most}))
from tui.process_limits import limit_this_process
limit_this_process({wanted})
print(*resource.getrlimit(resource.RLIMIT_AS))
"""
GIB = 1 << 30


@pytest.mark.parametrize("most", [4 * GIB, GIB // 2])
def test_a_limit_that_the_user_has_set_stays(most: int) -> None:
    program = LIMITED.format(most=most, wanted=GIB)
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.split() == [str(min(most, GIB)), str(most)]


TWICE = """
import os, subprocess, sys
from tui.process_limits import limit_this_process
limit_this_process()
again = "import os; from tui.process_limits import limit_this_process as limit; limit(); print(os.nice(0))"
print(os.nice(0), subprocess.check_output([sys.executable, "-c", again], text=True))
"""


def test_a_limited_process_of_a_limited_process_comes_no_later() -> None:
    printed = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, check=True).stdout
    first, second = printed.split()
    assert first == second
