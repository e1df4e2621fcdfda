"""`llamachat-tui man`: the manual page of the program, made from its parsers (man(7))."""

from collections.abc import Iterator, Sequence

from tui.arguments import CommandParser
from tui.commands.described import Argument, DescribedCommand, all_commands
from tui.commands.exit_code import MEANINGS
from tui.commands.headless.output import put_out
from tui.settings import ENVIRONMENT


def parser() -> CommandParser:
    """The options of `man`."""
    return CommandParser(
        prog="llamachat-tui man",
        description="Print the manual page of the program: llamachat-tui man > llamachat-tui.1; man ./llamachat-tui.1",
    )


def main(arguments: list[str]) -> int:
    """Print the page; the exit code."""
    parser().parse_args(arguments)
    put_out("".join(f"{line}\n" for line in _page(all_commands())))
    return 0


def _page(commands: Sequence[DescribedCommand]) -> Iterator[str]:
    app, *others = commands
    yield '.TH LLAMACHAT-TUI 1 "" "" "User commands"'
    yield ".SH NAME"
    yield r"llamachat\-tui \- research documents from a terminal"
    yield ".SH SYNOPSIS"
    yield r".B llamachat\-tui"
    yield "[OPTION]..."
    yield ".br"
    yield r".B llamachat\-tui"
    yield r"\fICOMMAND\fR [OPTION]..."
    yield ".SH DESCRIPTION"
    yield _escaped(app.description)
    yield ".SH OPTIONS"
    yield from _arguments(app)
    yield ".SH COMMANDS"
    for command in others:
        yield f".SS {_escaped(command.name)}"
        yield _escaped(command.description)
        yield from _arguments(command)
        if command.epilog:
            yield ".PP"
            yield _escaped(command.epilog)
    yield ".SH EXIT STATUS"
    for code, words in MEANINGS.items():
        yield from (".TP", rf"\fB{code.value}\fR", _escaped(words))
    yield ".SH ENVIRONMENT"
    for setting, variable in ENVIRONMENT.items():
        yield from (".TP", rf"\fB{_escaped(variable)}\fR", _escaped(f"the setting {setting}"))


def _arguments(command: DescribedCommand) -> Iterator[str]:
    for argument in command.arguments:
        yield from (".TP", _names(argument), _escaped(argument.help))


def _names(argument: Argument) -> str:
    many = "..." if argument.is_many else ""
    value = rf"\fI{_escaped(argument.value)}\fR{many}" if argument.value else ""
    flags = ", ".join(rf"\fB{_escaped(flag)}\fR" for flag in argument.flags)
    return f"{flags} {value}".strip()


def _escaped(text: str) -> str:
    """Text of a line in which nothing is a request or an escape (groff(7))."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text
