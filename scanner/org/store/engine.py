"""Opening a store: the connection, its migrations, and transactions that survive a database that restarts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from scanner.model.errors import UnsealedError, UsageError
from scanner.org.store.schema import settings

Made = TypeVar("Made")

# How long, in seconds, a transaction is tried again while the database is away or busy.
_PATIENCE = float(os.environ.get("UNSEALED_STORE_PATIENCE", "60"))
_DRIVERS = {"postgresql": "psycopg", "sqlite": "sqlite3"}
# Two coordinators that start at once must not both migrate; the number is arbitrary and ours.
_MIGRATION_LOCK = 0x756E7365


class StoreError(UnsealedError):
    """The store cannot be used: not there, of another version, full, or away for too long."""


class Store:
    """An open store. ``read`` and ``write`` run a function in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_sqlite(self) -> bool:
        """True for a file."""
        return self._engine.dialect.name == "sqlite"

    @classmethod
    def open(cls, url: str, *, key_id: str = "", create: bool = True) -> Store:
        """The store at ``url``, brought to this version. A plain path is a SQLite file.

        ``key_id`` names the fingerprint key; a store filled with another one is refused, for it would hold every
        secret twice. ``create`` False refuses a file that is not there. UsageError and StoreError say what is wrong.
        """
        parsed = _parsed(url)
        if parsed.get_backend_name() == "sqlite" and not create and not os.path.exists(parsed.database or ""):
            raise UsageError(f"{parsed.database}: there is no such store; `unsealed org TARGET --store FILE` makes one")
        store = cls(_engine(parsed))
        try:
            store.write(_migrate)
            if key_id:
                store.write(lambda connection: _hold_key(connection, key_id))
        except BaseException as error:
            store.close()
            if isinstance(error, CommandError):
                raise StoreError("the store was written by a newer version of unsealed: upgrade this one") from None
            if isinstance(error, SQLAlchemyError):
                raise told(error) from None
            raise
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()

    def read(self, ask: Callable[[Connection], Made]) -> Made:
        """What ``ask`` answers."""
        return self._run(ask)

    def write(self, change: Callable[[Connection], Made]) -> Made:
        """``change`` done whole or not at all. It may run more than once, so it must not count on the first time."""
        return self._run(change)

    def _run(self, work: Callable[[Connection], Made]) -> Made:
        """Tried again while the database is restarting or locked; StoreError when that takes too long."""
        until = time.monotonic() + _PATIENCE
        pause = 0.05
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _passing(error) or time.monotonic() > until:
                    raise told(error) from None
                self._engine.dispose()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def told(error: SQLAlchemyError) -> StoreError:
    """The driver's first line, without the statement and its values."""
    reason = str(getattr(error, "orig", None) or type(error).__name__).strip().split("\n", 1)[0]
    return StoreError(f"the store cannot be used: {reason}")


def _passing(error: DBAPIError) -> bool:
    """True for what may be over in a moment: a lost connection, a lock, a server that starts or stops."""
    if error.connection_invalidated:
        return True
    code = str(getattr(error.orig, "sqlstate", None) or "")
    if code:
        return code[:2] in ("08", "57", "40", "53") and code != "53100"  # a full disk does not pass
    reason = str(error.orig).lower()
    return "locked" in reason or "connect" in reason or "starting up" in reason or "shutting down" in reason


def _parsed(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite", database=os.path.abspath(url))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(
            "--store: that is no database URL (for example postgresql+psycopg://user@host/unsealed)"
        ) from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise UsageError(f"--store: {backend} is not supported; use a file, sqlite:/// or postgresql+psycopg://")
    if backend == "postgresql" and "+" not in parsed.drivername:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, hide_parameters=True, pool_size=2)
        engine = create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": 30})
    except (ImportError, NoSuchModuleError):
        raise UsageError("PostgreSQL needs its driver: pip install 'unsealed[postgres]'") from None

    @event.listens_for(engine, "connect")
    def prepare(connection: object, record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()
        # The driver begins transactions only before a change; we say it ourselves, below.
        connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", "scanner.org.store:migrations")
    return config


def _migrate(connection: Connection) -> None:
    """Nothing for a store of this version; CommandError for one of a version that is not known."""
    config = _scripts()
    head = ScriptDirectory.from_config(config).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() == head:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _hold_key(connection: Connection, key_id: str) -> None:
    insert_new(connection, settings, [{"name": "key", "value": key_id}])
    known = connection.execute(select(settings.c.value).where(settings.c.name == "key")).scalar_one()
    if known != key_id:
        raise UsageError("this store was filled with another UNSEALED_KEY: every secret would be in it twice")


def insert_new(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    """Insert those of ``rows`` whose key is not there yet."""
    if rows:
        connection.execute(upsert(connection, table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what happens to a row that is there."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
