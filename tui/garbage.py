"""When garbage is collected: not before the first frame, and afterwards so rarely that nothing is seen to stall."""

import gc

THRESHOLDS = (10_000, 5, 50)
"""With Python's own, reading a session of 100,000 events collects everything several times, for up to 50 ms each."""


def pause_collection() -> None:
    """While the app is loaded and built: none of that is garbage."""
    gc.disable()


def collect_rarely() -> None:
    """From the first frame on. What is there by then stays for good, and is not looked at again."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
