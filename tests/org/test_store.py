"""The store: its tables are those of its migrations, versions are told apart, and nothing is recorded twice."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, insert, text

from scanner.model.errors import UsageError
from scanner.model.finding import Finding, Occurrence
from scanner.model.levels import Confidence, Severity
from scanner.model.span import Position
from scanner.org.store import schema, sweeps, views
from scanner.org.store.engine import Store, StoreError, _scripts
from scanner.org.store.record import record
from scanner.org.store.schema import metadata
from scanner.org.values import SCANNED, Outcome, Repository

FINDING = Finding(
    "ab" * 16, "rule", "Title", Severity.HIGH, Confidence.HIGH, "odd\udcff\0name", Position(1, 1, 1, 9), "***(8 chars)",
    occurrences=(Occurrence("c" * 40, "odd\udcff\0name", 1),),
)  # fmt: skip


def test_migrations_make_the_tables(store_url: str) -> None:
    with Store.open(store_url) as store:
        assert store.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)) == []


def test_an_older_store_is_brought_up_to_date_and_keeps_what_it_holds(store_url: str) -> None:
    engine = create_engine(store_url if "://" in store_url else f"sqlite:///{store_url}")
    with engine.begin() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(insert(schema.settings).values(name="key", value="k"))
    engine.dispose()
    with Store.open(store_url, key_id="k") as store:
        assert store.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)) == []
    with pytest.raises(UsageError, match="another UNSEALED_KEY"):
        Store.open(store_url, key_id="other")


def test_a_newer_store_is_refused(store_url: str) -> None:
    with Store.open(store_url) as store:
        store.write(lambda connection: connection.execute(text("update alembic_version set version_num='9999'")))
    with pytest.raises(StoreError, match="newer"):
        Store.open(store_url)


def test_no_store_to_ask(tmp_path: object) -> None:
    with pytest.raises(UsageError, match="no such store"):
        Store.open(f"{tmp_path}/none.db", create=False)
    with pytest.raises(UsageError, match="not supported"):
        Store.open("mysql://h/d")


def test_a_sweep_goes_on_and_records_once(store_url: str) -> None:
    with Store.open(store_url) as store:
        first = sweeps.begin(store, target="t", key="t", rules="r", version="1")
        sweeps.register(store, first.id, [Repository(f"/r{number}", f"r{number}", local=True) for number in range(450)])
        ids = [member.id for job in sweeps.pending(store, first.id, rules="r") for member in job.members]
        assert len(ids) == len(set(ids)) == 450
        outcome = Outcome(ids[0], SCANNED, full=True, tips=("c" * 40,), findings=(FINDING,))
        assert record(store, first.id, [outcome], rules="r") == 1
        assert record(store, first.id, [outcome], rules="r") == 0
        again = sweeps.begin(store, target="t", key="t", rules="r", version="1")
        assert again == (first.id, True)
        assert sweeps.counts(store, first.id) == {"pending": 449, "scanned": 1}
        sweeps.finish(store, first.id)
        assert not sweeps.begin(store, target="t", key="t", rules="r", version="1").resumed
        (found,) = views.findings(store, views.Asked())
        assert found.path == "odd\\udcff\\x00name" and found.occurrences[0].repository.startswith("/r")


def test_other_rules_scan_everything_again(store_url: str) -> None:
    with Store.open(store_url) as store:
        one = sweeps.begin(store, target="t", key="t", rules="r", version="1")
        sweeps.register(store, one.id, [Repository("/a", "a", local=True)])
        (job,) = sweeps.pending(store, one.id, rules="r")
        record(
            store,
            one.id,
            [Outcome(job.members[0].id, SCANNED, full=True, tips=("c" * 40,), findings=(FINDING,))],
            rules="r",
        )
        sweeps.finish(store, one.id)
        for rules, tips in (("r", ("c" * 40,)), ("other", ())):
            two = sweeps.begin(store, target="t", key=rules, rules=rules, version="1")
            sweeps.register(store, two.id, [Repository("/a", "a", local=True)])
            (job,) = sweeps.pending(store, two.id, rules=rules)
            assert job.members[0].tips == tips
        record(store, two.id, [Outcome(job.members[0].id, SCANNED, full=True, tips=("d" * 40,))], rules="other")
        assert views.findings(store, views.Asked()) == []
        assert len(views.findings(store, views.Asked(gone=True))) == 1
