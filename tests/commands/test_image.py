"""Container images, as a user scans them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.commands.images import Image, docker_save, oci, with_links
from tests.conftest import Repository, token
from tests.sources.samples import tarred, zipped

DOCKERFILE = """\
FROM base AS build
RUN make

FROM base
ARG TOKEN
COPY app /app
RUN --mount=type=cache,target=/x \\
    # a remark
    install.sh
RUN rm /app/.env
"""


def built() -> Image:
    """Three layers: a file with a secret, a build argument used, the file deleted again."""
    return Image(
        layers=[
            {"app/.env": f"x=1\nKEY={token('env')}\n".encode(), "app/ok.txt": b"hello"},
            {"usr/lib/app.jar": zipped({"settings.properties": f"key={token('jar')}\n".encode()})},
            {"app/.wh..env": b""},
        ],
        history=[
            {"created_by": "ARG TOKEN", "empty_layer": True},
            {"created_by": "COPY app /app # buildkit"},
            {"created_by": f"RUN |1 TOKEN={token('arg')} /bin/sh -c install.sh # buildkit"},
            {"created_by": "RUN /bin/sh -c rm /app/.env # buildkit"},
        ],
        config={"Env": ["PATH=/bin", f"API={token('config')}"], "Labels": {"ci.token": token("label")}},
    )


def report(repo: Repository, *arguments: str) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
    ran = repo.unsealed("image", *arguments, "-f", "json")
    assert ran.out, ran.err
    found = json.loads(ran.out)
    return ran.code, {item["path"]: item for item in found["findings"]}, found["scan"]


EVERYTHING = {
    "image.tar!/layers/1/app/.env",
    "image.tar!/layers/2/usr/lib/app.jar!/settings.properties",
    "image.tar!/history/3/build-arguments",
    "image.tar!/config/env",
    "image.tar!/config/labels",
}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_every_place_of_a_saved_image(repo: Repository, mode: str) -> None:
    repo.write("image.tar", docker_save(built(), mode))
    code, found, scan = report(repo, "image.tar")
    assert code == 1
    assert set(found) == EVERYTHING
    assert scan["skipped"] == []


def test_an_oci_layout_as_a_tar_and_as_a_folder(repo: Repository) -> None:
    files = oci(built())
    repo.write("image.tar", tarred(files))
    assert set(report(repo, "image.tar")[1]) == EVERYTHING
    for name, data in files.items():
        repo.write(f"layout/{name}", data)
    assert set(report(repo, "layout")[1]) == {path.replace("image.tar", "layout") for path in EVERYTHING}


def test_a_finding_says_layer_instruction_and_who_deleted_it(repo: Repository) -> None:
    repo.write("image.tar", docker_save(built()))
    repo.write("Dockerfile", DOCKERFILE)
    _, found, _ = report(repo, "image.tar", "--dockerfile", "Dockerfile")
    deleted = found["image.tar!/layers/1/app/.env"]
    assert (deleted["line"], deleted["detail"]["layer"], deleted["detail"]["instruction"]) == (
        2,
        "1 of 3",
        "COPY app /app",
    )
    assert deleted["detail"]["removed"] == "deleted in layer 3 of 3 (RUN rm /app/.env), still in the image"
    assert deleted["detail"]["dockerfile"] == "line 6"
    kept = found["image.tar!/layers/2/usr/lib/app.jar!/settings.properties"]
    assert "removed" not in kept["detail"]
    argument = found["image.tar!/history/3/build-arguments"]
    assert (argument["detail"]["step"], argument["detail"]["layer"]) == ("3", "2 of 3")


def test_no_report_shows_a_build_argument(repo: Repository) -> None:
    image = built()
    image.history = [
        {"created_by": f"RUN |2 A=b TOKEN={token('arg')} /bin/sh -c curl -H 'x: {token('run')}' y"},
        *image.history,
    ]
    repo.write("image.tar", docker_save(image))
    for form in ("json", "text", "sarif", "html"):
        ran = repo.unsealed("image", "image.tar", "-f", form)
        assert ran.code == 1
        for seed in ("arg", "run", "env", "config", "label"):
            assert token(seed)[8:] not in ran.out + ran.err


def test_an_instruction_hides_what_is_dropped_as_well(repo: Repository) -> None:
    image = built()
    image.history = [
        {"created_by": "RUN /bin/sh -c deploy --password hunter-is-waiting # buildkit"},
        *image.history[2:],
    ]
    repo.write("image.tar", docker_save(image))
    told = report(repo, "image.tar")[1]["image.tar!/layers/1/app/.env"]["detail"]["instruction"]
    assert told.startswith("RUN deploy --password hu***")


def test_files_hidden_by_folders_and_by_later_versions(repo: Repository) -> None:
    secret = {name: f"KEY={token(name)}\n".encode() for name in ("a/x.env", "b/y.env", "c/z.env", "d/w.env")}
    image = Image(
        layers=[secret, {"a/.wh..wh..opq": b"", ".wh.b": b"", "c/z.env": b"KEY=\n"}],
        history=[{"created_by": "/bin/sh -c #(nop) COPY dir:1 in / "}, {"created_by": "/bin/sh -c tidy"}],
    )
    repo.write("image.tar", docker_save(image))
    _, found, _ = report(repo, "image.tar")
    said = {
        path.rpartition("1/")[2]: item["detail"].get("removed", "").partition(" ")[0] for path, item in found.items()
    }
    assert said == {"a/x.env": "deleted", "b/y.env": "deleted", "c/z.env": "replaced", "d/w.env": ""}


def test_build_arguments_in_provenance(repo: Repository) -> None:
    image = built()
    image.attestation = {"predicate": {"invocation": {"parameters": {"args": {"build-arg:NPM": token("prov")}}}}}
    repo.write("image.tar", tarred(oci(image)))
    _, found, _ = report(repo, "image.tar")
    assert set(found) == EVERYTHING | {"image.tar!/attestations/1"}


def test_annotations_of_a_manifest(repo: Repository) -> None:
    """As `docker buildx build --annotation` writes them; an archive that docker reads too has them all the same."""
    image = built()
    image.annotations = {"org.example.build": f"deployed with {token('noted')}"}
    for files in (oci(image), {**oci(image), "manifest.json": _by_docker(oci(image))}):
        repo.write("image.tar", tarred(files))
        _, found, _ = report(repo, "image.tar")
        assert set(found) == EVERYTHING | {"image.tar!/annotations"}
        assert found["image.tar!/annotations"]["detail"]["part"] == "annotations"


def _by_docker(files: dict[str, bytes]) -> bytes:
    """The older manifest of the one image in an OCI layout."""
    parsed = [json.loads(data) for name, data in files.items() if name.startswith("blobs/") and data[:1] == b"{"]
    (manifest,) = (one for one in parsed if "layers" in one)

    def path(described: dict[str, Any]) -> str:
        return "blobs/" + str(described["digest"]).replace(":", "/")

    layers = [path(layer) for layer in manifest["layers"]]
    return json.dumps([{"Config": path(manifest["config"]), "RepoTags": None, "Layers": layers}]).encode()


def test_images_of_two_platforms_share_a_layer_that_is_read_once(repo: Repository) -> None:
    one, other = built(), built()
    one.platform, other.platform = {"os": "linux", "architecture": "amd64"}, {"os": "linux", "architecture": "arm64"}
    other.layers = [*other.layers, {"only.env": f"KEY={token('only')}\n".encode()}]
    repo.write("image.tar", tarred(oci(one, other)))
    _, found, _ = report(repo, "image.tar")
    assert "image.tar!/2/layers/4/only.env" in found
    assert sum(path.endswith("app/.env") for path in found) == 1


def test_a_layer_that_is_a_link_to_another(repo: Repository) -> None:
    layer = tarred({"k.env": f"KEY={token()}\n".encode()})
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": ["b/layer.tar", "a/layer.tar"]}]
    files = {"a/layer.tar": layer, "c.json": b'{"config": {}}', "manifest.json": json.dumps(manifest).encode()}
    repo.write("image.tar", with_links(files, {"b/layer.tar": "../a/layer.tar"}))
    assert set(report(repo, "image.tar")[1]) >= {"image.tar!/layers/1/k.env"}


def test_what_is_missing_or_damaged_is_never_green(repo: Repository) -> None:
    clean = Image(layers=[{"a": b"x" * 4000}, {"b": b"y" * 4000}], packed=False)
    whole = docker_save(clean)
    repo.write("image.tar", whole)
    assert repo.unsealed("image", "image.tar").code == 0
    files = oci(clean)
    layer = max(files, key=lambda name: len(files[name]))
    del files[layer]
    repo.write("missing.tar", tarred(files))
    code, _, scan = report(repo, "missing.tar")
    assert (code, [entry["why"] for entry in scan["skipped"]]) == (3, ["is not in the archive"])
    content = len(whole.rstrip(b"\0"))
    for number in range(1, 8):
        repo.write("cut.tar", whole[: content * number // 8])
        assert repo.unsealed("image", "cut.tar").code in (2, 3)


def test_what_comes_before_the_damage_in_a_layer_is_scanned(repo: Repository) -> None:
    layer = tarred({"a.env": f"KEY={token('before')}\n".encode(), "b.txt": b"text " * 1000})
    files = {"0/layer.tar": layer[: layer.index(b"text ") + 100], "config.json": b'{"config": {}}'}
    files["manifest.json"] = json.dumps([{"Config": "config.json", "Layers": ["0/layer.tar"]}]).encode()
    repo.write("image.tar", tarred(files))
    code, found, scan = report(repo, "image.tar")
    assert (code, list(found)) == (3, ["image.tar!/layers/1/a.env"])
    assert [entry["what"] for entry in scan["skipped"]] == ["image.tar!/layers/1"]


def test_what_is_no_image(repo: Repository) -> None:
    repo.write("a.txt", "hello")
    repo.write("b.tar", tarred({"x": b"y"}))
    assert repo.unsealed("image", "a.txt").code == 2
    assert repo.unsealed("image", "nowhere.tar").code == 2
    assert repo.unsealed("image", "b.tar").code == 3


def test_an_image_on_standard_input_says_what_to_do(repo: Repository) -> None:
    ran = repo.unsealed("image", "-", data=docker_save(built()))
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "docker save -o" in ran.err


def test_the_configuration_is_counted(repo: Repository) -> None:
    plain = Image(layers=[{"a": b"x" * 4000}])
    repo.write("a.tar", docker_save(plain))
    repo.write("b.tar", docker_save(replace(plain, config={"Env": ["NOTE=" + "n" * 500]})))
    counted = [report(repo, name)[2]["bytes"] for name in ("a.tar", "b.tar")]
    assert counted[1] == counted[0] + len("NOTE=") + 500 + 1
    assert counted[0] >= 4000


def test_a_baseline_of_the_repository_knows_what_is_in_the_image(repo: Repository) -> None:
    repo.write("app.py", f'key = "{token()}"\n')
    repo.commit()
    assert repo.unsealed("baseline", "create").code == 0
    repo.write("image.tar", docker_save(Image([{"srv/renamed.py": f'x = 1\nkey = "{token()}"\n'.encode()}])))
    ran = repo.unsealed("image", "image.tar")
    assert ran.code == 0, ran
    assert "1 finding silenced by .unsealed.baseline in the repository" in ran.out
    assert repo.unsealed("image", "image.tar", "--no-repo-config").code == 1


def test_what_is_too_large_to_be_read_as_json_is_never_green(repo: Repository) -> None:
    image = Image(layers=[{"ok.txt": b"hello"}], attestation={"predicate": {"text": "x" * (17 << 20)}})
    repo.write("image.tar", tarred(oci(image)))
    code, found, scan = report(repo, "image.tar")
    assert (code, found) == (3, {})
    assert any("cannot be read as JSON, or is too large" in one["why"] for one in scan["skipped"])


def test_a_setting_many_levels_down(repo: Repository) -> None:
    told: Any = f"key = {token()}"
    for _ in range(200):
        told = {"inner": [told]}
    repo.write("image.tar", docker_save(Image(layers=[{"ok.txt": b"hello"}], config={"Healthcheck": told})))
    assert list(report(repo, "image.tar")[1]) == ["image.tar!/config/other"]


def test_indexes_in_indexes_are_read_or_told(repo: Repository) -> None:
    files = oci(Image(layers=[{"a.txt": f"key = {token()}\n".encode()}]))
    codes = []
    for number in range(5):
        repo.write("image.tar", tarred(files))
        code, found, scan = report(repo, "image.tar")
        assert found or any("has indexes in more than" in one["why"] for one in scan["skipped"])
        codes.append(code)
        name = f"blobs/sha256/{number:064}"
        files = {**files, name: files["index.json"]}
        files["index.json"] = json.dumps({"manifests": [{"digest": f"sha256:{number:064}"}]}).encode()
    assert codes == [1, 1, 1, 3, 3]
