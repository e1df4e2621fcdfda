"""LlamaCloud over HTTP. Knows nothing of a terminal."""

import sys
from typing import Any, cast

# Where click is installed httpx loads a command line of its own, with click, Pygments and half of Rich: 3 MiB that
# nothing here needs. A module that is None cannot be imported, and httpx does without this one.
cast(dict[str, Any], sys.modules).setdefault("httpx._main", None)
