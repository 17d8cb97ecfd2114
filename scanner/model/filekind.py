"""What a file's name says of its content: enough to choose how a line of it is read.

The kind decides whether an unquoted word may be a value (a ``.env`` line) or is code, and which
files are made of hashes by design (lock files). It is read off the last path component alone, because
the history sweep knows names before it knows whole paths.
"""

from __future__ import annotations

from enum import IntEnum


class FileKind(IntEnum):
    """Small on purpose: the sweep keeps one byte an object."""

    OTHER = 0
    CODE = 1  # a string must be quoted to be a value
    CONFIG = 2  # key and value, quotes optional: yaml, ini, properties, toml, conf
    DOTENV = 3  # .env and its relatives
    SHELL = 4  # commands: shell scripts, Dockerfiles, CI steps, batch files
    DATA = 5  # json, csv, xml, sql, logs
    PROSE = 6  # markdown, rst, html, plain text
    LOCK = 7  # lock files and checksum lists: made of hashes
    KEY = 8  # .pem, .key and friends
    MINIFIED = 9  # generated: minified scripts, source maps
    BINARY = 10  # told by content, never by name: only vendor formats are looked for
    MESSAGES = 11  # the texts of a program in one language


_NAMES = {
    "dockerfile": FileKind.SHELL,
    "containerfile": FileKind.SHELL,
    "makefile": FileKind.SHELL,
    "jenkinsfile": FileKind.CODE,
    "vagrantfile": FileKind.CODE,
    "rakefile": FileKind.CODE,
    "go.sum": FileKind.LOCK,
    "go.mod": FileKind.OTHER,
    "package-lock.json": FileKind.LOCK,
    "npm-shrinkwrap.json": FileKind.LOCK,
    "yarn.lock": FileKind.LOCK,
    "pnpm-lock.yaml": FileKind.LOCK,
    "bun.lock": FileKind.LOCK,
    "deno.lock": FileKind.LOCK,
    "uv.lock": FileKind.LOCK,
    "gradle.lockfile": FileKind.LOCK,
    "packages.lock.json": FileKind.LOCK,
    ".terraform.lock.hcl": FileKind.LOCK,
    ".git-blame-ignore-revs": FileKind.LOCK,
    "package.resolved": FileKind.LOCK,
    "verification-metadata.xml": FileKind.LOCK,
    "md5sums": FileKind.LOCK,
    "sha1sums": FileKind.LOCK,
    "sha256sums": FileKind.LOCK,
    "sha512sums": FileKind.LOCK,
    "checksums.txt": FileKind.LOCK,
    "record": FileKind.LOCK,  # what a Python wheel holds
    ".envrc": FileKind.DOTENV,
    ".flaskenv": FileKind.DOTENV,
    "credentials": FileKind.CONFIG,
    ".bashrc": FileKind.SHELL,
    ".zshrc": FileKind.SHELL,
    ".profile": FileKind.SHELL,
    ".bash_history": FileKind.SHELL,
    ".zsh_history": FileKind.SHELL,
    ".bash_profile": FileKind.SHELL,
    ".npmrc": FileKind.CONFIG,
    ".pypirc": FileKind.CONFIG,
    ".netrc": FileKind.CONFIG,
    "_netrc": FileKind.CONFIG,
    ".pgpass": FileKind.CONFIG,
    ".my.cnf": FileKind.CONFIG,
    ".s3cfg": FileKind.CONFIG,
    ".boto": FileKind.CONFIG,
    ".htpasswd": FileKind.CONFIG,
    ".git-credentials": FileKind.CONFIG,
    ".gitconfig": FileKind.CONFIG,
    "id_rsa": FileKind.KEY,
    "id_dsa": FileKind.KEY,
    "id_ecdsa": FileKind.KEY,
    "id_ed25519": FileKind.KEY,
    "readme": FileKind.PROSE,
    "changelog": FileKind.PROSE,
    "license": FileKind.PROSE,
}

_SAMPLES = (".example", ".sample", ".template", ".dist", ".tpl")
# Pages of the manual are called by their section ("passwd.1ssl"); a digit alone may be a rotated log.
_MANUALS = frozenset(("ssl", "ossl", "p", "pm", "perl", "posix", "x", "tcl", "ncurses", "gcc", "git"))
# What translators work on.
_MESSAGES = frozenset("po pot xlf xliff arb strings stringsdict xcstrings ftl".split())
# What may hold texts as well, if the file is called by a language: "de.json", "messages.pt-BR.yml", "Labels.fr.resx".
_TRANSLATED = frozenset("json yml yaml properties resx xml ini toml".split())
# The same in the language of a program, where nothing else is called so: "pt_BR.php".
_REGIONAL = frozenset(("inc", "php"))
_LANGUAGES = frozenset(
    """aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    ast ckb dsb fil fur gsw hsb kab nds sco szl tlh tzm""".split()
)
_SCRIPTS = frozenset(("hans", "hant", "latn", "cyrl", "arab", "419", "001", "150"))
# Files of texts by any other name are called by what they hold, and then by their language.
_TEXTS = frozenset(
    """messages message lang langs language languages locale locales translation translations translate strings string
    i18n l10n intl localization text texts label labels resource resources resx validators validation security admin
    frontend backend common devise simple""".split()
)
# These say so from any place: "locale.constant-da_DK.json".
_TRANSLATIONS = frozenset("i18n l10n locale locales translation translations".split())
_EXTENSIONS: dict[str, FileKind] = {}
for _kind, _list in {
    FileKind.CODE: "py pyi pyx js jsx mjs cjs ts tsx vue svelte java kt kts scala groovy gradle go rs c h cc cpp cxx "
    "hpp hh m mm cs vb fs swift rb erb php phtml pl pm lua r jl dart ex exs erl hs ml clj cljs lisp el coffee nim zig "
    "v sol proto graphql thrift tcl d pas asm s sql.erb ino cu haml slim twig jsp aspx cshtml cr fsx fsi cljc hrl mli "
    "lhs elm purs vala rkt scm f90 f95 cob cbl adb ads abap cls apex gvy luau mts cts es6 astro razor vbhtml jspx ascx "
    "eex heex leex ejs hbs handlebars mustache njk liquid gd bzl star cmake vim awk rbi rbs rake gemspec podspec "
    "jbuilder sbt sc hx odin idr lean agda hxx inl ipp cuh glsl hlsl wgsl metal sv vhd vhdl applescript vbs au3 ahk",
    FileKind.CONFIG: "yaml yml ini cfg conf cnf config properties toml tf tfvars hcl nix service desktop reg "
    "plist netrc npmrc pypirc editorconfig gitconfig inf prefs ovpn rdp tpl j2 jinja template creds cnf.erb",
    FileKind.SHELL: "sh bash zsh fish ksh csh bat cmd ps1 psm1 psd1 mk dockerfile containerfile history",
    FileKind.DATA: "json jsonc json5 jsonl ndjson csv tsv xml xsd wsdl sql log har tfstate ipynb map.json dump ldif "
    "postman_collection postman_environment avsc resx",
    FileKind.PROSE: "md markdown mdx rst txt adoc asciidoc html htm xhtml tex org textile rtf pod man",
    FileKind.LOCK: "lock lockfile sum sha1 sha256 sha512 md5 sig resolved",
    FileKind.KEY: "pem key ppk asc gpg p8 pk8 priv private",
    FileKind.MINIFIED: "map min.js min.css bundle.js svg css scss less",
}.items():
    for _extension in _list.split():
        _EXTENSIONS[_extension] = _kind


def kind_of(path: str) -> FileKind:
    """The kind of the file called ``path``; only its last component counts."""
    name = path.rsplit("/", 1)[-1].lower()
    known = _NAMES.get(name)
    if known is not None:
        return known
    dotenv = name.startswith((".env", "env.")) or name.endswith(".env") or ".env." in name
    if dotenv and _EXTENSIONS.get(name.rpartition(".")[2]) is not FileKind.CODE:
        # A sample holds placeholders by design; it is read as any other configuration.
        return FileKind.CONFIG if name.endswith(_SAMPLES) else FileKind.DOTENV
    if name.startswith(("dockerfile.", "containerfile.")):
        return FileKind.SHELL
    stem, _, last = name.rpartition(".")
    if not stem and not name.startswith("."):
        return FileKind.OTHER
    if last in _MESSAGES or name == "strings.xml" or (last in _TRANSLATED | _REGIONAL and _by_language(stem, last)):
        return FileKind.MESSAGES
    if last[:1].isdigit() and last[1:] in _MANUALS:
        return FileKind.PROSE
    _, _, before = stem.rpartition(".")
    return _EXTENSIONS.get(f"{before}.{last}") or _EXTENSIONS.get(last, FileKind.OTHER)


def _by_language(stem: str, ending: str) -> bool:
    """True when a file without its ``ending`` is called by a language, perhaps behind a word for texts."""
    parts = stem.replace("_", "-").replace(".", "-").split("-")
    regional = len(parts) == 2
    while len(parts) > 1 and (len(parts[-1]) == 2 or parts[-1] in _SCRIPTS) and parts[-2] in _LANGUAGES | _SCRIPTS:
        parts.pop()
    if parts.pop() not in _LANGUAGES:
        return False
    if ending in _REGIONAL:
        return regional and not parts
    if not parts:
        # MySQL's "my.ini" is not in Burmese.
        return ending not in ("ini", "toml") or len(stem) > 2
    bundle = ending == "resx" or (ending == "properties" and "_" in stem)
    return bundle or parts[-1] in _TEXTS or not _TRANSLATIONS.isdisjoint(parts)
