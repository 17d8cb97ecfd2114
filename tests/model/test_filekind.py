"""What a file's name says of its content."""

from __future__ import annotations

import pytest

from scanner.model.filekind import FileKind, kind_of


@pytest.mark.parametrize(
    "path",
    [
        *("locale/de/LC_MESSAGES/django.po", "app/res/values-nl/strings.xml", "lib/l10n/app_pt_BR.arb"),
        "assets/locale.constant-da_DK.json",
        *("localization/fy_NL.inc", "lang/pt-BR.php"),
        *(
            "i18n/de.json",
            "locales/pt-BR.yml",
            "zh_Hans_CN.json",
            "messages.oc.yml",
            "lang.ca-es.json",
            "es_419.json",
            "de-DE.ini",
        ),
        *("Labels.fr.resx", "ValidationMessages_ja.properties", "translations/validators.sr_Latn.xlf", "devise.fr.yml"),
    ],
)
def test_the_texts_of_a_program_are_known_by_name(path: str) -> None:
    assert kind_of(path) is FileKind.MESSAGES


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("values-de.yaml", FileKind.CONFIG),
        ("application-es.yml", FileKind.CONFIG),
        ("config.eu.json", FileKind.DATA),
        ("app.resx", FileKind.DATA),
        ("db.json", FileKind.DATA),
        ("my.ini", FileKind.CONFIG),
        ("de.js", FileKind.CODE),
        ("de.php", FileKind.CODE),
        ("fr.inc", FileKind.OTHER),
        ("src/winerror.cr", FileKind.CODE),
        ("application-de.properties", FileKind.CONFIG),
        (".env.de", FileKind.DOTENV),
        ("pkg/env.go", FileKind.CODE),
    ],
)
def test_settings_of_a_region_are_settings(path: str, kind: FileKind) -> None:
    assert kind_of(path) is kind


def test_a_list_of_commits_is_made_of_hashes() -> None:
    assert kind_of("web/.git-blame-ignore-revs") is FileKind.LOCK
