"""Which guide to follow for a Secret whose rule does not know who issued the value."""

from __future__ import annotations

import re

from scanner.rotation.guides import GENERIC
from scanner.rotation.made import Made

# Guides that do not know which service issued the value; its name may tell.
VAGUE = ("", GENERIC, "kubernetes-secret-value")

_WORDS = {
    "database": ("postgres", "postgresql", "mysql", "mariadb", "redis", "mongo", "rabbitmq", "kafka", "database", "db"),
    "docker-registry": ("dockerconfigjson", "dockercfg", "regcred", "registry", "pull"),
    "tls-key": ("tls", "cert"),
    "registry-or-signing": ("jwt", "session", "signing", "cookie", "webhook"),
    "ssh-pgp-key": ("ssh",),
    # Services whose Secrets mostly hold what the service issued. Grafana's or Vault's hold any password.
    "cloudflare": ("cloudflare",),
    "github-token": ("github",),
    "gitlab-token": ("gitlab",),
    "slack": ("slack",),
    "stripe": ("stripe",),
    "twilio": ("twilio",),
    "email-provider": ("sendgrid", "mailgun", "mailchimp", "postmark", "brevo"),
    "observability": ("datadog", "newrelic"),
    "discord-telegram": ("discord", "telegram"),
    "ai-provider": ("openai", "anthropic"),
}
_WORD = re.compile(r"[a-z0-9]+")


# What keeps the value says something of how to replace it, where nothing says what it opens.
_STORES = {"aws": "aws-secrets-manager", "gcpsm": "gcp-secret-manager", "azurekv": "azure-key-vault"}


def choose_guide(name: str, key: str, made: Made | None, provider: str = "") -> tuple[str, str]:
    """A guide's id for a Secret known by its name, and the reason to show: a guess, never a fact.

    ``provider`` is the kind of store the value comes from, as External Secrets calls it.
    """
    if made is not None and made.kind == "Certificate":
        return "tls-key", ""
    remotes = " ".join(str(remote) for remote in made.remotes(key)) if made is not None else ""
    words = set(_WORD.findall(f"{key} {name} {remotes}".lower()))
    for guide, known in _WORDS.items():
        hit = sorted(words.intersection(known))
        if hit:
            return guide, f'chosen because of "{hit[0]}" in its name; --guide ID takes another'
    if provider in _STORES:
        return _STORES[provider], f"chosen because the value comes from {provider}; --guide ID takes another"
    return GENERIC, "nothing tells which service issued the value; --guide ID chooses a guide"
