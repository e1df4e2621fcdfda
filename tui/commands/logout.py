"""`llamachat-tui logout`: remove the API key that is kept on this machine."""

from tui import credentials
from tui.commands.options import base_url_of, exit_code_of, parser, settings_of


def main(arguments: list[str]) -> int:
    """Remove the key, and say what remains; the exit code."""
    given = parser("logout", "Remove the API key that is kept on this machine.").parse_args(arguments)

    def logout() -> int:
        for sentence in credentials.forget(base_url_of(settings_of(given))):
            print(sentence)
        return 0

    return exit_code_of(logout)
