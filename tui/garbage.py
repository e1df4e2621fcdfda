"""When garbage is collected: not before the first frame, and afterwards so rarely that nothing is seen to stall.

And when freed memory is given back to the system, which Python leaves to the C library.
"""

import gc

THRESHOLDS = (10_000, 5, 50)
"""See `gc.set_threshold`. With Python's own, reading 100,000 events stops several times for up to 50 ms."""


def pause_collection() -> None:
    """Collect nothing while the app is loaded and built: none of that is garbage."""
    gc.disable()


def collect_rarely() -> None:
    """Collect rarely from the first frame on. What is there by then stays for good, and is not looked at again."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


def look_away() -> None:
    """Look never again at what is there now: many values without cycles, among which a full collection takes long.

    Cycles that are in use now are never collected then: to be called rarely.
    """
    gc.collect(1)
    gc.freeze()


def give_back() -> None:
    """Give memory that is free back to the system, where the C library can. It takes milliseconds: not for the loop."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
