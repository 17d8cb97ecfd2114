"""Completion for bash, zsh and fish, made from the commands' own arguments.

unsealed completion bash > ~/.local/share/bash-completion/completions/unsealed
unsealed completion zsh  > ~/.zfunc/_unsealed          (with ~/.zfunc in $fpath)
unsealed completion fish > ~/.config/fish/completions/unsealed.fish
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from scanner.commands.table import COMMANDS, parser_for
from scanner.model.errors import ExitCode

_FORMAT_OPTION = "--format"


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``choices`` is empty for flags and for free values; ``takes`` is "", "value" or "file"."""

    names: tuple[str, ...]
    help: str
    choices: tuple[str, ...]
    takes: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command (``rules``), or a word that may follow one: an action (``rules check``) or a value."""

    name: str
    help: str
    options: tuple[Option, ...]
    actions: tuple[Command, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed completion``."""
    parser.add_argument("shell", choices=tuple(_SHELLS))


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(_SHELLS[args.shell](commands()))
    return ExitCode.CLEAN


def commands() -> tuple[Command, ...]:
    """Every command that is there, with its options."""
    made = []
    for name, (module, help_text) in COMMANDS.items():
        try:
            loaded = import_module(module)
        except ImportError:
            continue
        made.append(_described(name, help_text, parser_for(name, loaded)))
    return tuple(made)


def _described(name: str, help_text: str, parser: argparse.ArgumentParser) -> Command:
    options, actions = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            actions = [_described(key, texts.get(key, ""), sub) for key, sub in action.choices.items()]
        elif action.choices and not action.option_strings:
            actions = [Command(str(choice), "", ()) for choice in action.choices]
        elif action.option_strings and action.help != argparse.SUPPRESS:
            options.append(_option(action))
    return Command(name, help_text, tuple(options), tuple(actions))


def _option(action: argparse.Action) -> Option:
    from scanner.report import FORMATS

    names = tuple(action.option_strings)
    choices = tuple(str(choice) for choice in action.choices or ())
    if _FORMAT_OPTION in names:
        choices = FORMATS
    takes = "" if action.nargs == 0 else "value"
    if takes and not choices and str(action.metavar) in ("FILE", "PATH", "DIR", "None"):
        takes = "file"
    return Option(names, (action.help or "").replace("%%", "%"), choices, takes)


def _bash(known: Sequence[Command]) -> str:
    lines = [
        "# bash completion for unsealed",
        "_unsealed() {",
        '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
        "  COMPREPLY=()",
        '  if [ "$COMP_CWORD" -eq 1 ]; then',
        f"    COMPREPLY=( $(compgen -W '{' '.join(command.name for command in known)}' -- \"$word\") ); return",
        "  fi",
        '  case "${COMP_WORDS[1]}:$before" in',
    ]
    for command in known:
        for option in (one for part in (command, *command.actions) for one in part.options if one.choices):
            pattern = "|".join(f"{command.name}:{name}" for name in option.names)
            lines.append(
                f"    {pattern}) COMPREPLY=( $(compgen -W '{' '.join(option.choices)}' -- \"$word\") ); return ;;"
            )
    lines += ["  esac", '  case "${COMP_WORDS[1]}" in']
    for command in known:
        names = {name for part in (command, *command.actions) for one in part.options for name in one.names}
        words = [action.name for action in command.actions] + sorted(names)
        lines.append(f"    {command.name}) words='{' '.join(words)}' ;;")
    lines += [
        "  esac",
        '  if [[ "$word" == -* || ( "$COMP_CWORD" -eq 2 && "$words" != -* ) ]]; then',
        '    COMPREPLY=( $(compgen -W "$words" -- "$word") )',
        "  fi",
        # Nothing of ours: bash's own completion of file names.
        '  [ "${#COMPREPLY[@]}" -gt 0 ] || compopt -o default 2>/dev/null',
        "}",
        "complete -F _unsealed unsealed",
    ]
    return "\n".join(lines) + "\n"


def _zsh(known: Sequence[Command]) -> str:
    lines = ["#compdef unsealed", "", "_unsealed() {", "  local -a commands", "  commands=("]
    lines += [f"    {_quoted(f'{command.name}:{command.help}')}" for command in known]
    lines += [
        "  )",
        "  if (( CURRENT == 2 )); then _describe -t commands command commands; return; fi",
        '  local command="${words[2]}"',
        "  shift words; (( CURRENT-- ))",
        '  case "$command" in',
    ]
    for command in known:
        options = {one.names: one for part in (command, *command.actions) for one in part.options}
        arguments = [_zsh_option(option) for option in options.values()]
        if command.actions:
            arguments.append(_quoted(f"1:action:({' '.join(action.name for action in command.actions)})"))
        arguments.append("'*:file:_files'")
        lines.append(f"    {command.name}) _arguments -s \\")
        lines += [f"      {argument} \\" for argument in arguments[:-1]] + [f"      {arguments[-1]} ;;"]
    lines += ["  esac", "}", "", "compdef _unsealed unsealed"]
    return "\n".join(lines) + "\n"


def _zsh_option(option: Option) -> str:
    text = option.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    value = ""
    if option.choices:
        value = f":value:({' '.join(option.choices)})"
    elif option.takes:
        value = ":file:_files" if option.takes == "file" else ":value:"
    specs = [_quoted(f"*{name}[{text}]{value}") for name in option.names]
    return " ".join(specs)


def _fish(known: Sequence[Command]) -> str:
    lines = ["# fish completion for unsealed", "complete -c unsealed -n __fish_use_subcommand -f"]
    for command in known:
        lines.append(f"complete -c unsealed -n __fish_use_subcommand -a {command.name} -d {_fish_quoted(command.help)}")
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        lines += [
            f"complete -c unsealed {seen} -f -a {action.name} -d {_fish_quoted(action.help)}"
            for action in command.actions
        ]
        options = {one.names: one for part in (command, *command.actions) for one in part.options}
        lines += [f"complete -c unsealed {seen} {_fish_option(option)}" for option in options.values()]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    parts = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    if option.choices:
        parts.append(f"-x -a '{' '.join(option.choices)}'")
    elif option.takes:
        parts.append("-r" if option.takes == "file" else "-x")
    return " ".join([*parts, f"-d {_fish_quoted(option.help)}"])


def _quoted(text: str) -> str:
    """One word of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SHELLS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
