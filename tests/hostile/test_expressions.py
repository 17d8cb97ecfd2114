"""Files made to hurt expressions of our own modules, which no limit stops: each is scanned in a moment, not for ever."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from tests.conftest import Repository, token

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: "
SETTINGS = SECRET + "x\n  app.properties: |\n    a.b=1\n    db.password="
TERRAFORM = 'resource "kubernetes_secret" "a" {\n data = {\n'
# Each took more than a minute, most of them hours: they grew with the square or the cube of a length, or doubled with
# each line.
FILES = {
    "blank lines in a PuTTY key": (
        "a.ppk",
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 0\n"
        + "\n" * 15_000
        + f"Private-MAC: {'a' * 40}\n",
    ),
    "blanks before a table": ("pyproject.toml", "\t" * 200_000 + "x\n"),
    "backslashes in armour": (
        "a.txt",
        "".join(
            f"-----BEGIN RSA PRIVATE KEY-----\n{chr(92) * 29_000}{number}\n-----END RSA PRIVATE KEY-----\n"
            for number in range(30)
        ),
    ),
    "parts of a SOPS value": (
        "a.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: ENC[AES256_GCM,data:"
        + ",iv:,tag:" * 4_000
        + "]\nsops: {mac: x}\n",
    ),
    "actions without end": ("a.yaml", SECRET + "{{" * 400_000 + "\n"),
    "blanks in Terraform": ("a.tf", TERRAFORM + f'  a = ""{" " * 50_000}x\n }}\n}}\n'),
    "quotes in Terraform": ("a.tf", TERRAFORM + "  a = " + '"\\' * 90_000 + "x\n }\n}\n"),
    "blanks in settings": ("a.yaml", f'{SETTINGS}"x"{" " * 200_000}x\n    c=2\n'),
    "a long word in settings": ("a.yaml", f'{SETTINGS}"{"1" * 500_000}"\n    c=2\n'),
    "arrows in a program": ("a.php", "<?php\n$password = '$a[0]" + "->a" * 60 + "%';\n"),
    "a list of ciphers": ("a.py", "password = 'aa" + ":-7I-dx" * 30 + "%'\n"),
    "digits of a version": ("a.yaml", SECRET.replace("  a: ", "  foo: ") + "'0." + "0" * 400_000 + "!'\n"),
    "dots of what was cut": (
        "a.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec:\n  encryptedData:\n    a: 'AQA"
        + "." * 400_000
        + "!'\n",
    ),
    "blanks in a generator's file": ("a.env", "a=b" + " " * 200_000 + "x\n"),
    "comments on Windows": ("a.conf", "# a\r\n" * 3_000 + "(\r\nkind: Secret\r\napiVersion: v1\r\ndata:\r\n"),
}
# What names the file.
BESIDE = {
    "blanks in a generator's file": ("kustomization.yaml", "secretGenerator:\n- name: a\n  envs: [a.env]\n"),
}
# Far more than they take, with rules compiled first.
SECONDS = 60


@pytest.mark.parametrize("name", FILES)
def test_the_scan_ends(name: str, repo: Repository, clean_environment: Mapping[str, str]) -> None:
    path, content = FILES[name]
    repo.write(path, content)
    if name in BESIDE:
        repo.write(*BESIDE[name])
    repo.write("beside.py", f'key = "{token()}"\n')
    started = time.monotonic()
    ran = repo.unsealed("scan", ".", "-f", "json")
    assert time.monotonic() - started < SECONDS
    assert ran.code == 1
    assert '"path": "beside.py"' in ran.out
