"""Links to files on code hosts, made from a repository's remote address."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from scanner.model.finding import Finding

_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+\.[\w-]+):(?!//)(?P<path>[\w./~-]+)")


def web_address(remote: str) -> str:
    """The web page of the repository behind a git remote; empty for local paths and what is no web host.

    Credentials in the address are left out.
    """
    scp = _SCP.fullmatch(remote)
    if scp:
        return f"https://{scp['host']}/{_bare(scp['path'])}"
    try:
        parts = urlsplit(remote)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port and parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https", "ssh", "git") or not host:
        return ""
    scheme = parts.scheme if parts.scheme == "http" else "https"
    return f"{scheme}://{host}{port}/{quote(_bare(parts.path), safe='/~')}"


def link_template(base: str) -> str:
    """The address of a file's line below the web page ``base``, with ``{commit}``, ``{path}`` and ``{line}`` to fill.

    The commit may be the word HEAD. Hosts that are not known are taken to be like GitHub.
    """
    host = urlsplit(base).hostname or ""
    if not host:
        return ""
    if "gitlab" in host:
        return f"{base}/-/blob/{{commit}}/{{path}}#L{{line}}"
    if host == "bitbucket.org":
        return f"{base}/src/{{commit}}/{{path}}#lines-{{line}}"
    if host == "codeberg.org" or "gitea" in host or "forgejo" in host:
        return f"{base}/src/commit/{{commit}}/{{path}}#L{{line}}"
    return f"{base}/blob/{{commit}}/{{path}}#L{{line}}"


def file_link(base: str, *, commit: str, path: str, line: int) -> str:
    """The page of ``path`` at ``commit`` (HEAD where that is empty); empty without ``base`` or path."""
    if not base or not path:
        return ""
    where = quote(path.encode("utf-8", "surrogateescape"))
    parts = {"{commit}": commit or "HEAD", "{path}": where, "{line}": str(line)}
    return re.sub(r"\{(?:commit|path|line)\}", lambda part: parts[part[0]], link_template(base))


def finding_link(finding: Finding, remote: str) -> str:
    """The page of a finding's first place, if its repository has a web address."""
    base = web_address(finding.repository or remote)
    return file_link(base, commit=finding.origin.commit, path=finding.path, line=finding.position.line)


def _bare(path: str) -> str:
    return path.strip("/").removesuffix(".git")
