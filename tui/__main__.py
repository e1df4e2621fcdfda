"""The `llamachat-tui` command: parse arguments, dispatch, nothing else."""


def main() -> None:
    raise SystemExit("not built yet")
