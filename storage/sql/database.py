"""The database: a SQLite file, or a MySQL or MariaDB server by its URL.

`write` is one transaction that one process at a time is in: whoever reads meanwhile sees the state before it,
and what a killed process had written is gone. MariaDB cannot take back a CREATE TABLE; tables are therefore
made before the first row, and where they are as they should be, nothing makes them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, literal, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.schema import CreateTable

from intake.errors import ConflictError, InputError, MissingError, ServiceError
from storage import ids
from storage.settings import Settings
from storage.sql.schema import LOADS, METADATA, SERVERS
from storage.sql.views import VIEWS, view_queries

_PATIENCE: Final = 60  # seconds that a writer waits for the one before it
_CONNECT: Final = 5  # seconds
_SCHEMA: Final = {"dataset": "", "part": "schema"}
_FORMS: Final = "write sqlite:////folder/abasto.db, or mysql://user:password@host/database (mariadb:// too)."


class Database:
    """Opens transactions on the projection; nothing is connected before the first one."""

    def __init__(self, url: URL) -> None:
        self.shown = url.render_as_string(hide_password=True)
        self._file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
        self._engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self._file is not None

    def close(self) -> None:
        """Close all connections; the database can be used again afterwards."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look; raises MissingError where nothing was ever loaded."""
        with self._reported():
            if self._file is not None and not self._file.exists():
                raise self._empty()
            with self._engine.connect() as connection, connection.begin():
                if not inspect(connection).has_table(LOADS.name):
                    raise self._empty()
                yield connection

    @contextmanager
    def write(self, *, anew: bool = False) -> Iterator[Connection]:
        """The tables, as they should be, to write to until the block ends; then all is committed at once.

        Where the tables were made by another release, `anew` drops them; else it raises ConflictError.
        """
        with self._reported():
            self._make_folder()
            with self._engine.connect() as connection:
                connection.execution_options(abasto_writes=True)
                self._wait_for_others(connection)
                with connection.begin():
                    self._prepare(connection, anew=anew)
                    yield connection

    def _wait_for_others(self, connection: Connection) -> None:
        """Be the only writer until the connection is closed, in whatever way; SQLite's BEGIN sees to it."""
        if self.is_sqlite:
            return
        # Alone, a writer may see what was committed while it waited.
        connection.execution_options(isolation_level="READ COMMITTED")
        mine = text("SELECT get_lock(concat('abasto ', md5(database())), :patience)")
        if connection.scalar(mine, {"patience": _PATIENCE}) != 1:
            raise ServiceError(
                f"Another process has been writing to {self.shown} for {_PATIENCE} s: run again."
            )
        connection.commit()

    def _prepare(self, connection: Connection, *, anew: bool) -> None:
        wanted = _fingerprint(self._engine)
        standing = None
        if inspect(connection).has_table(LOADS.name):
            standing = connection.scalar(select(LOADS.c.checksum).filter_by(**_SCHEMA))
        if standing == wanted:
            return
        if standing is not None and not anew:
            raise ConflictError(
                f"The tables of {self.shown} were made by another release of Abasto: `abasto db rebuild` "
                "makes them again from the buckets."
            )
        if standing is None:
            self._refuse_tables_of_others(connection)
        for view in VIEWS:
            connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        for view, query in view_queries(connection.dialect).items():
            connection.execute(text(f"CREATE VIEW {view} AS {query}"))
        connection.execute(LOADS.insert(), {**_SCHEMA, "version": "", "row_count": 0, "checksum": wanted})

    def _refuse_tables_of_others(self, connection: Connection) -> None:
        """ConflictError where a table of a name of ours has rows.

        Without a fingerprint nothing was ever loaded: those that a killed process began are empty.
        """
        inspector = inspect(connection)
        for table in METADATA.sorted_tables:
            ours_by_name = inspector.has_table(table.name)
            if ours_by_name and connection.scalar(select(literal(1)).select_from(table).limit(1)):
                raise ConflictError(
                    f"{self.shown} has a table '{table.name}' with rows that Abasto has not loaded: give "
                    "Abasto a database of its own (ABASTO_DATABASE_URL)."
                )

    def _make_folder(self) -> None:
        if self._file is not None:
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._file.touch(mode=0o600)
            except OSError as unwritable:
                raise ServiceError(
                    f"{self._file} cannot be written: {unwritable.strerror}; set ABASTO_DATABASE_URL."
                ) from unwritable

    def _empty(self) -> MissingError:
        return MissingError(f"Nothing was loaded into {self.shown} yet: `abasto db rebuild` does.")

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = error.orig.args[-1] if error.orig is not None and error.orig.args else error.orig
            raise ServiceError(
                f"The database {self.shown} does not do what it is asked: {str(reason).rstrip('.')}. "
                "Check that it runs and ABASTO_DATABASE_URL; `abasto db rebuild` loads everything again."
            ) from error


def open_database(settings: Settings) -> Database:
    """The database of ABASTO_DATABASE_URL, else the SQLite file `<home>/abasto.db`.

    Raises InputError for a URL that cannot be used, without repeating it: it may hold a password.
    """
    if settings.database_url is None:
        return Database(URL.create("sqlite", database=str(settings.home / "abasto.db")))
    url = settings.database_url.get_secret_value()
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as unreadable:
        raise InputError(f"ABASTO_DATABASE_URL is no URL: {_FORMS}") from unreadable
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise InputError(f"ABASTO_DATABASE_URL names no file: {_FORMS}")
        return Database(parsed.set(drivername="sqlite"))
    if kind not in SERVERS:
        raise InputError(f"ABASTO_DATABASE_URL begins with {parsed.drivername}://: {_FORMS}")
    if not parsed.database:
        raise InputError(f"ABASTO_DATABASE_URL names no database after the host: {_FORMS}")
    return Database(parsed.set(drivername=f"{kind}+pymysql"))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() in SERVERS:
        # A connection that is closed lets go of its lock.
        return create_engine(
            url, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT, "charset": "utf8mb4"}
        )
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # Python's module would commit before every CREATE
    connection.execute(
        "PRAGMA journal_mode = WAL"
    )  # whoever reads is not in the way, and sees the state before
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("abasto_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _fingerprint(engine: Engine) -> str:
    """Hash of the statements that make tables and views: another release makes other ones."""
    tables = [str(CreateTable(table).compile(engine)) for table in METADATA.sorted_tables]
    return ids.sha256("\n".join([*tables, *view_queries(engine.dialect).values()]).encode())
