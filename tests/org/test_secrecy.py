"""A planted token is looked for in everything that a sweep leaves: store, logs, reports, and the wire of a cluster."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from scanner.model.errors import UnsealedError
from scanner.org import executors
from tests.conftest import Repository, token
from tests.org.cluster import cluster
from tests.org.conftest import COMPLETE, unsealed_org

KEY = "a key that stays where it is"


def everything(url: str) -> str:
    """Every value of every table."""
    engine = create_engine(url if "://" in url else f"sqlite:///{url}")
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            assert "occurrences" in names
            return "".join(str(row) for name in names for row in connection.execute(text(f'select * from "{name}"')))
    finally:
        engine.dispose()


def plant(repository: Repository, seed: str) -> None:
    """A token in a file, two on one line, one in a message, and one in a file that is damaged."""
    repository.write("conf.py", f'token = "{token(seed)}"\nboth = "{token(seed + "1")}", "{token(seed + "2")}"\n')
    repository.write("odd.bin", b"\0" + token(seed + "3").encode() + b"\xff\xfe\n")
    repository.commit(f"use {token(seed + '4')} from now on")


def unseen(what: str | bytes, seeds: list[str]) -> None:
    """Fails when any part of a planted token that redaction does not show is in ``what``."""
    data = what.encode() if isinstance(what, str) else what
    for seed in seeds:
        for more in ("", "1", "2", "3", "4"):
            assert token(seed + more)[10:26].encode() not in data, (seed, more)


def test_nothing_planted_is_in_the_store(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str], store_url: str
) -> None:
    plant(make("one"), "a")
    arguments = (str(tmp_path / "clones"), "--store", store_url, "--no-progress", "-vv", "-f", "json")
    ran = unsealed_org(clean_environment, *arguments, UNSEALED_DEBUG="1")
    assert ran.returncode == 1 and len(json.loads(ran.stdout)["findings"]) >= 4
    stored = everything(store_url)
    assert "conf.py" in stored
    unseen(stored + ran.stdout + ran.stderr, ["a"])
    unseen(b"".join(path.read_bytes() for path in tmp_path.glob("store.db*")), ["a"])


def test_a_cluster_hears_no_secret_and_loses_nothing_with_a_worker(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    if not COMPLETE:
        pytest.importorskip("distributed")
    seeds = [f"s{number}" for number in range(12)]
    for seed in seeds:
        plant(make(seed), seed)
    environment = {**clean_environment, "UNSEALED_KEY": KEY, "UNSEALED_GITEA_TOKEN": "not-a-real-token"}
    arguments = (str(tmp_path / "clones"), "--no-progress", "-vv", "-f", "json")
    local = unsealed_org(environment, *arguments, "--workers", "1", "--store", str(tmp_path / "local.db"))
    with cluster(tmp_path / "cluster", environment, workers=2) as dask:
        killed: list[int] = []

        def kill() -> None:
            while b"sweep_task" not in dask.tap.heard():
                time.sleep(0.02)
            killed.append(dask.worker())
            os.kill(killed[0], signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
        store = str(tmp_path / "dask.db")
        ran = unsealed_org(environment, *arguments, "--dask", dask.address, "--store", store, UNSEALED_DEBUG="1")
        heard, logged = dask.tap.heard(), dask.logged()
    assert ran.returncode == local.returncode == 1, ran.stderr
    assert killed
    told = [json.loads(one.stdout)["findings"] for one in (local, ran)]
    assert told[0] == told[1] and len(told[0]) >= 4 * len(seeds)
    # The tap does hear what workers answer, uncompressed.
    assert told[1][0]["fingerprint"].encode() in heard and b"conf.py" in heard
    unseen(heard, seeds)
    unseen(logged + ran.stdout + ran.stderr + everything(store), seeds)
    for hidden in (KEY, "not-a-real-token"):
        assert hidden.encode() not in heard and hidden not in logged + ran.stderr


def test_addresses_of_no_scheduler(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    if not COMPLETE:
        pytest.importorskip("distributed")
    (tmp_path / "clones").mkdir()
    store = ("--store", str(tmp_path / "n.db"))
    assert unsealed_org(clean_environment, str(tmp_path), "--dask", "udp://x", *store).returncode == 2
    assert unsealed_org(clean_environment, str(tmp_path), "--dask", "local:0", *store).returncode == 2


def test_a_cluster_without_workers_is_not_waited_for(
    tmp_path: Path, clean_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not COMPLETE:
        pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_FIRST_WORKER", 0.2)
    with cluster(tmp_path / "cluster", clean_environment, workers=0) as dask:
        with pytest.raises(UnsealedError, match="has no workers"):
            executors.Dask(dask.address)
