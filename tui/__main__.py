"""`python -m tui`: the same as the `llamachat-tui` command."""

from tui.launch import main

if __name__ == "__main__":
    main()
