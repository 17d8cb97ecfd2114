"""Two short ways to write a rule's ``pattern``, spelled out once here instead of in every rule.

``token`` is for values that are known by their own shape; ``names`` with ``value`` for values that are
known by what they are called. Both become an ordinary ``pattern`` before anything else looks at the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.ruleset.beginnings import beginnings

_TEXTS = ("token", "edge", "names", "value")
KEYS = (*_TEXTS, "together")

_EDGE = "0-9A-Za-z_-"
_LONG_LIST = 400
# A choice of so many words is asked for letter by letter: the library tries one word after another at each place.
_MANY_WORDS = 24
_WORD = r"[a-z](?![?*+{])[\w ?-]*"
_WORD_CHOICE = re.compile(rf"\(\?:((?:{_WORD}\|){{{_MANY_WORDS - 1},}}{_WORD})\)")
# Longer expressions for tokens are not written out a second time.
_LONG_TOKEN = 200
# What reaches further must wake by its name alone, or a history would not know how far to look around a new value.
_MOST_TOGETHER = 3
# Three fixed characters, the first of them perhaps one of several words.
_BEGINNING = re.compile(r"(?:\w{3}|\(\?:[\w|-]{5,}\)[\w-])(?![?*{])")

# What may touch a token on the left although it ends in a character of the token's own alphabet: escapes
# of strings, URLs and JSON, the end of a terminal's colour sequence, what a patch puts at the beginning of a line, and
# where the user of an address begins.
# The last character of each stands last, where it is asked first, and rules out most: this is asked at each place in a
# run of a token's own characters.
_HEX = "[0-9A-Fa-f]"
_ESCAPES = (
    r"(?<=\\)[abefnrtv0]",
    *(rf"(?<={before}){_HEX}" for before in (f"%{_HEX}", f"%25{_HEX}", rf"\\x{_HEX}", rf"\\u{_HEX}{{3}}")),
    r"(?<=[0-9;\[][0-9])m",
    r"(?<![^\n])[-+]",
    r"(?<=:/)/",
)

# What all of them but a colour's hold, a signed line its break, within so many characters.
_ESCAPING, _LONGEST_ESCAPE = "\\%:\n", 6

# The last word of the name that a value goes by when the vendor is named some words or lines before it.
_WORDS = (
    "key|token|secret|passw(?:or)?d|passphrase|pass|pwd|auth|authorization|bearer|credentials?|cred|access|api|pat|sid"
    "|login|license|value|default|signature|webhook|hook"
)

# What a word of these, and what follows a name, can begin with: asked first, because a character is read in a
# hundredth of the time that all of them take, and in hostile text this is asked at hundreds of places for each name.
_WORDS_BEGIN = "(?=[kKtTsSpPaAbBcClLdDvVwWhH][eEoOaAwWuUrRcCpPiI][yYkKcCsSdDtTaAeEiIgGlLfFbBoO])"
_SEPARATOR_BEGINS = r"""(?=[\s:\\"'`\])=,>|?!+~.<(\-%])"""

# Names of values that are published, not kept; those of one length together, because each question costs.
_NOT_SECRET = ("sha|md5", "hash|sha1|etag", "nonce", "sha256|digest|commit", "version", "checksum|revision")

# What a file is called by a digest of its content: "github-<40 digits>.css".
_NO_FILE = r"(?!\.(?:css|m?js|map|png|jpe?g|gif|svg|ico|woff2?|html?)(?![0-9A-Za-z]))"

# A type between a name and its value ("var token string = ...", "val token: String = ..."), or plain words. The sign
# belongs to it: as something that must follow, it would not be asked for from behind, and any word could be a type.
_TYPED = r"\s{0,2}:?\s{1,2}[*&]?[A-Za-z][\w.<>\[\]?]{0,24}+\s{0,3}+=[=:,>|?!+~.<(\-]{0,4}\s{0,20}"
_PLAIN = r"(?:[ ][A-Za-z]{2,12}+){0,2}?"

# What is named stands a line above, as the section or the object that the value's own name is in.
_PARENT = r"""(?:["'`]?(?:\]|[ ]?(?::|=>?)?[ ]?\{|:)[ \t]{0,4}\r?\n)?"""

# Between name and value where both are told: tags, an object or an environment entry, a variable with its default.
_TOLD = (
    r"""</(?i:key|name)>\s{0,40}<(?i:string|value)>"""
    r"""|\\?["'`]?,?\s{1,40}\\?["'`]?(?i:value)\\?["'`]?\s{0,3}[:=]\s{0,3}"""
    r"""|["']\s?\{\s{1,40}(?:[a-z]{1,20}\s{0,12}=[^\n]{0,100}\n\s{0,40}){0,2}default\s{0,12}=\s{0,3}"""
)

# What makes a value of the string that it is given: String::from("..."), SecretStr("..."), @"...". What is
# called a digest takes a digest, not a secret.
_MADE_OF = (
    r"""(?:@(?=")|[A-Za-z]\w{2,20}+(?:::from)?\((?=[\\"'`])"""
    rf"""{"".join(f"(?<!(?i:{end})[(])" for end in ("md5", "sha1|hash", "sha256|sha512|digest"))})?"""
)

# Between name and value; last, a scheme ("Bearer", "GenieKey") or what else a form puts before the value.
_SEPARATOR = (
    rf"""(?:{_TYPED}"""
    r"""|[\\"'`\])]{0,3}\s{0,3}(?:[=:,>|?!+~.<(\-]{1,5}|%3[aAdD])\s{0,20}|[\\"'`\])]{0,2}\s{1,4}(?:(?:or|to)\s{1,4})?"""
    rf"""|{_TOLD})"""
    rf"""(?:\(\s{{1,40}})?{_MADE_OF}[\\"'`({{\[<*]{{0,4}}"""
    r"""(?:(?i:bearer|token|key|basic|apikey)[ =:]\s?|(?:[A-Za-z][A-Za-z-]{2,20}+[ ]){1,2})?"""
)

# A name's further words, and what makes it the name of a secret that a value is assigned to.
_WORD_ENDS = rf"{_WORDS_BEGIN}(?i:{_WORDS})[\w.\-]{{0,24}}?"
_ASSIGNED = (
    rf"{_SEPARATOR_BEGINS}(?<![_.\- ][iI][dD])(?<![a-z]I[dD])"
    rf"{''.join(f'(?<!(?i:{words}))' for words in _NOT_SECRET)}{_SEPARATOR}"
)

# What names a commit: in a log, and behind the repository in a table of what is used.
_NO_COMMIT = r"(?<!\b[cC]ommit[ ])(?<!\.(?:com|org)/[\w./-]{1,100}[ ]\|[ ])"

# A ruled line is full of places where a value with signs could begin.
_NO_RULE = r"(?![-_=+/.]{4})"

# What a token must not begin with, and the token.
_UNLESS = re.compile(r"(\(\?![^()|\[\]\\]+\))([^|]+)$")
_RUN = re.compile(r"(\[[^\]\\]+\])\{\d+,\d+\}$")
_ASCII = "".join(map(chr, range(128)))
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|.", re.DOTALL)

# The last byte of what stands before a value, whatever the separator was, unless it is escaped for an address. Asked
# there alone, and not behind every slash or underscore, the value costs a fraction.
_SIGNS = r"""\s=:,>|?!+~.<(\-\\"'`\[{*"""
_AFTER_SIGN = f"(?<![^{_SIGNS}](?<!%3[aAdD]))"


def expand(entry: Mapping[str, object]) -> Mapping[str, object]:
    """``entry`` with ``token``, or ``names`` and ``value``, turned into ``pattern``, and what goes with it.

    An entry that uses neither comes back as it is. Raises ValueError for a mixture.
    """
    if not any(key in entry for key in KEYS):
        return entry
    if "pattern" in entry or "detector" in entry or ("token" in entry) == ("names" in entry):
        raise ValueError("exactly one of 'pattern', 'detector', 'token' and 'names' is needed")
    if ("names" in entry) != ("value" in entry):
        raise ValueError("'names' and 'value' go together")
    if "together" in entry and "names" not in entry:
        raise ValueError("'together' is for 'names' with 'value'")
    texts = {}
    for key in _TEXTS:
        text = entry.get(key, _EDGE if key == "edge" else "")
        if not isinstance(text, str):
            raise ValueError(f"{key!r} must be a string (quote it)")  # noqa: TRY004 - the caller adds file and line
        texts[key] = text.strip("\n")
    rest = {key: value for key, value in entry.items() if key not in KEYS}
    if texts["token"]:
        return {**rest, "pattern": standing_alone(texts["token"], texts["edge"])}
    near = entry.get("near", 0)
    lines = near if isinstance(near, int) else 0
    rest["near"] = lines + 1  # a value may stand on the line after its name
    derived = "prefilter" not in rest and "needs" not in rest
    if _together(entry, lines) and not derived:
        raise ValueError("'together' makes the 'prefilter' itself, and what a value 'needs'")
    if derived:
        rest.setdefault("inside", True)
        if _together(entry, lines):
            rest["prefilter"] = _named_value(texts["names"], texts["value"], lines)
    rest.setdefault("prefilter", f"(?i:{_waking(texts['names'])})")
    value = f"{_AFTER_SIGN}{_NO_RULE}(?:{_once(texts['value'], texts['edge'])})(?![{texts['edge']}])"
    if "needs" not in rest:
        rest |= {"needs": value, "backwards": _named_before(texts["names"], lines)}
    return {**rest, "pattern": called(texts["names"], texts["value"], texts["edge"], lines)}


def _together(entry: Mapping[str, object], lines: int) -> bool:
    """Whether the rule wakes by name and value as one; raises ValueError where it cannot."""
    together = entry.get("together", False)
    if not isinstance(together, bool):
        raise ValueError("'together' must be true or false")  # noqa: TRY004 - the caller adds file and line
    if together and lines >= _MOST_TOGETHER:
        raise ValueError(f"'together' goes with a 'near' below {_MOST_TOGETHER}")
    return together


def _named_value(names: str, value: str, lines: int) -> str:
    """For the first pass: one of ``names``, and ``value`` on the same or one of the next lines, after some sign."""
    between = rf"[^\n]*(?:\n[^\n]*){{0,{lines + 1}}}(?:[{_SIGNS}]|%3[aAdD])"
    return f"(?i:{_waking(names)}){between}(?:{value})"


def _waking(names: str) -> str:
    """``names`` for the first pass, which has no lookbehind: without it "fal" would wake its rule in every "default".

    A long list of names is left as it is: plain literals compile seven times faster, and long names are rare.
    """
    return names if len(names) > _LONG_LIST else names.replace("(?<![a-z])", "(?:^|[^a-z])")


def standing_alone(token: str, edge: str) -> str:
    """An expression for ``token`` that is not a part of a longer run of the characters in ``edge``."""
    before = edge.replace("=", "")
    left = f"(?<![{before}](?<!{'|'.join(_ESCAPES)}))"
    if not re.search(f"[{before}]", _ESCAPING):
        # In a run of the token's own characters, where none of those but a colour's can be, two questions do for all.
        left = f"(?<![{before}]{{{_LONGEST_ESCAPE}}}(?<![0-9]{{2}}m)){left}"
    # Tokens may stand back to back: where the same form begins again, the first one is at its end. A form without a
    # beginning of its own begins again in the middle of every longer run.
    marked = len(token) <= _LONG_TOKEN and "(?P<" not in token and _BEGINNING.match(token)
    again = f"|(?={token})" if marked else ""
    # A sentence may end behind a token whose own parts are joined by dots.
    undotted = edge.replace(".", "")
    further = rf"|\.[{undotted}]" if "." in edge else ""
    end = f"(?:(?![{undotted}]{further}){again})"
    # Padding ends a value; on the left it is the sign between a name and its value.
    # Asked first: what may stand before a token is asked in each place of a run of the token's own characters.
    begins = "|".join(beginnings(token))
    first = f"(?={begins})" if begins else ""
    # So is what it must not begin with: a run of one letter.
    if unless := _UNLESS.match(token):
        first, token = unless[1] + first, unless[2]
    return f"{first}{left}(?P<secret>{token}){end}"


def called(names: str, value: str, edge: str, lines: int) -> str:
    """An expression for ``value`` after one of ``names``: assigned to it, or up to ``lines`` lines further on."""
    return (
        rf"(?i:{_WORD_CHOICE.sub(_by_letter, names)})(?:[\w.\-]{{0,40}}?{_PLAIN}|{_between(lines)}{_WORD_ENDS})"
        rf"{_ASSIGNED}{_NO_COMMIT}(?P<secret>{value})(?![{edge}]){_NO_FILE}"
    )


def _by_letter(words: re.Match[str]) -> str:
    """A choice of ``words`` as one of their first letters. Which of those that begin alike comes first stays."""
    letters: dict[str, list[str]] = {}
    for word in words[1].split("|"):
        letters.setdefault(word[0], []).append(word[1:])
    ways = (f"{letter}(?:{'|'.join(rest)})" for letter, rest in letters.items())
    return f"(?:{'|'.join(ways)})"


def _named_before(names: str, lines: int) -> str:
    """What stands before a value that ``called`` would reach, from its name on, to be read from the value backwards.

    Where names stand by the hundred, trying what may follow each costs hundreds of characters a name. The last word
    before a value is taken for its name's, whatever stands before that.
    """
    near, named = _giving_back(_PLAIN + _ASSIGNED), _WORD_ENDS + _giving_back(_ASSIGNED)
    return rf"(?r)(?i:{names})(?:[\w.\-]{{0,40}}?{near}|{_between(lines)}(?>{named}))"


def _giving_back(expression: str) -> str:
    """``expression`` of this module for reading backwards: there, a repetition that keeps all it can takes what must
    stand before it too."""
    return expression.replace("}+", "}")


def _between(lines: int) -> str:
    """What may stand between a name and the word that a value is called by, up to ``lines`` lines further on."""
    further = rf"(?:\n[^\n]{{0,120}}?){{0,{lines}}}?" if lines else ""
    return rf"{_PARENT}[^\n]{{0,120}}?{further}"


def _once(value: str, edge: str) -> str:
    """``value`` without going back in its last run, where all that may stand in that may not follow it either."""
    made = []
    for part in _top_level(value):
        run = _RUN.search(part)
        inside = run and set(re.findall(run[1], _ASCII)) <= set(re.findall(f"[{edge}]", _ASCII))
        made.append(part + "+" if inside else part)
    return "|".join(made)


def _top_level(expression: str) -> list[str]:
    """The alternatives of ``expression``, those within groups apart."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(expression):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
