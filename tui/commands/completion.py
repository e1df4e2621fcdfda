"""`llamachat-tui completion`: what a shell needs to complete the commands and their flags."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tui.arguments import CommandParser
from tui.commands.described import Argument, DescribedCommand, all_commands
from tui.commands.headless.output import put_out

_NAME = "llamachat-tui"
_PROFILES = f"{_NAME} config profiles 2>/dev/null"
_UNLESS_FLAG = '[[ "$current" == -* ]] || '


def parser() -> CommandParser:
    """The options of `completion`."""
    made = CommandParser(
        prog="llamachat-tui completion",
        description="Print what a shell needs to complete the commands and their flags.",
        epilog='bash: eval "$(llamachat-tui completion bash)" in ~/.bashrc; zsh: the same, with zsh, in ~/.zshrc; '
        "fish: llamachat-tui completion fish > ~/.config/fish/completions/llamachat-tui.fish",
    )
    made.add_argument("shell", choices=list(SHELLS), help="the shell")
    return made


def main(arguments: list[str]) -> int:
    """Print the script; the exit code."""
    options = parser().parse_args(arguments)
    put_out("".join(f"{line}\n" for line in SHELLS[options.shell](all_commands())))
    return 0


def _flags(command: DescribedCommand) -> Sequence[str]:
    return [flag for argument in command.arguments for flag in argument.flags]


_BASH_REPLIES = f"""\
_llamachat_tui_reply() {{
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$@")
}}
_llamachat_tui_profiles() {{
    local name
    while IFS= read -r name; do
        [[ "$name" != "$current"* ]] || COMPREPLY+=("$(printf %q "$name")")
    done < <({_PROFILES})
}}
"""
"""A line is a name, whatever blanks are in it; bash 3.2 has no mapfile. What is in the name of a profile is not run, as
compgen would.
"""


def _bash(commands: Sequence[DescribedCommand]) -> Iterator[str]:
    yield from _BASH_REPLIES.splitlines()
    yield "_llamachat_tui() {"
    yield '    local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="" words=""'
    yield '    [ "$COMP_CWORD" -gt 1 ] && command="${COMP_WORDS[1]}"'
    yield "    local at=$((COMP_CWORD - 1))"
    yield '    while [ "$at" -gt 0 ] && [[ "${COMP_WORDS[at]}" != -* ]]; do at=$((at - 1)); done'
    yield '    local flag="${COMP_WORDS[at]}"'
    yield "    COMPREPLY=()"
    yield '    case "$command" in'
    for command in reversed(commands):
        pattern = command.name or "*"
        yield f"    {pattern})"
        for word, is_many in (("previous", False), ("flag", True)):  # behind a flag with many values stand more of them
            yield f'        case "${word}" in'
            for argument in command.arguments:
                if argument.flags and argument.value and argument.is_many == is_many:
                    yield f"        {'|'.join(argument.flags)}) {_bash_values(argument)} ;;"
            yield "        esac"
        names = [] if command.name else [each.name for each in commands if each.name]
        choices = [choice for each in command.arguments if not each.flags for choice in each.choices]
        yield f'        words="{" ".join((*names, *choices, *_flags(command)))}"'
        for argument in command.arguments:
            if not argument.flags and (argument.is_file or argument.is_folder):
                yield f"        {_UNLESS_FLAG}{_bash_paths(argument)}"
        yield "        ;;"
    yield "    esac"
    yield '    _llamachat_tui_reply -W "$words" -- "$current"'
    yield "}"
    yield f"complete -F _llamachat_tui {_NAME}"


def _bash_values(argument: Argument) -> str:
    """What completes the value of an option, unless a flag is being typed where the value may be left out."""
    if argument.choices:
        return f'_llamachat_tui_reply -W "{" ".join(argument.choices)}" -- "$current"; return'
    if argument.is_profile:
        return "_llamachat_tui_profiles; return"
    if argument.is_folder or argument.is_file:
        return f"{_UNLESS_FLAG if argument.is_many else ''}{_bash_paths(argument)}"
    return "return"


def _bash_paths(argument: Argument) -> str:
    kind = "-d" if argument.is_folder else "-f"
    return f'{{ compopt -o filenames 2>/dev/null; _llamachat_tui_reply {kind} -- "$current"; return; }}'


def _zsh(commands: Sequence[DescribedCommand]) -> Iterator[str]:
    yield f"#compdef {_NAME}"
    yield f"_{_NAME}_profiles() {{"
    yield f'    local -a names=(${{(f)"$({_PROFILES})"}})'
    yield "    compadd -a names"
    yield "}"
    yield f"_{_NAME}() {{"
    yield "    local -a commands=("
    yield from (f"        {_quoted(f'{each.name}:{each.summary}')}" for each in commands if each.name)
    yield "    )"
    yield "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then"
    yield "        _describe command commands"
    yield "        return"
    yield "    fi"
    yield '    local command="$words[2]"'
    yield "    (( CURRENT > 2 )) || command=''"
    yield '    case "$command" in'
    for command in reversed(commands):
        yield f"    {command.name or '*'})"
        if command.name:
            yield "        shift words; (( CURRENT-- ))"
        specs = [_quoted(spec) for argument in command.arguments for spec in _zsh_specs(argument)]
        yield " ".join(("        _arguments", *specs))
        yield "        ;;"
    yield "    esac"
    yield "}"
    yield f'if [ "$funcstack[1]" = "_{_NAME}" ]; then'
    yield f'    _{_NAME} "$@"'
    yield "else"
    yield f"    compdef _{_NAME} {_NAME}"
    yield "fi"


def _zsh_specs(argument: Argument) -> Iterator[str]:
    """The specifications of `_arguments` (zshcompsys(1)) for each flag, or for an argument without one."""
    value = f":{_zsh_escaped(argument.value)}:{_zsh_values(argument)}" if argument.value else ""
    for flag in argument.flags:
        yield f"*{flag}[{_zsh_escaped(argument.help)}]{value}"
    if not argument.flags:
        yield f"*{value}" if argument.is_many else value


def _zsh_values(argument: Argument) -> str:
    if argument.choices:
        return f"({' '.join(argument.choices)})"
    if argument.is_profile:
        return f"_{_NAME}_profiles"
    return "_files -/" if argument.is_folder else "_files" if argument.is_file else ""


def _zsh_escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "[]:\\" else char for char in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(commands: Sequence[DescribedCommand]) -> Iterator[str]:
    yield f"complete -c {_NAME} -f"
    for command in commands:
        at = f"__fish_seen_subcommand_from {command.name}" if command.name else "__fish_use_subcommand"
        if command.name:
            yield f"complete -c {_NAME} -n __fish_use_subcommand -a {command.name} -d {_fish_quoted(command.summary)}"
        for argument in command.arguments:
            words = [f"complete -c {_NAME} -n {_fish_quoted(at)}"]
            words += [f"-{'l' if flag.startswith('--') else 's'} {flag.lstrip('-')}" for flag in argument.flags]
            words += [_fish_values(argument)] if argument.value else []
            words += [f"-d {_fish_quoted(argument.help)}"] if argument.flags else []
            if argument.flags or argument.choices or argument.is_file or argument.is_folder:
                yield " ".join(words)


def _fish_values(argument: Argument) -> str:
    """What completes the value: files only where one is meant (`-x`: a value, and no file)."""
    if argument.is_file:
        return "-r -F" if argument.flags else "-F"
    needed = "-x " if argument.flags else ""
    if argument.choices:
        return f"{needed}-a {_fish_quoted(' '.join(argument.choices))}"
    if argument.is_profile:
        return f"{needed}-a '({_PROFILES})'"
    return f"{needed}-a '(__fish_complete_directories)'" if argument.is_folder else needed.strip()


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS: Mapping[str, Callable[[Sequence[DescribedCommand]], Iterator[str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
"""The script for each shell, in lines."""
