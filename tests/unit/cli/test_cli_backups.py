"""The local state as one file, and back."""

from __future__ import annotations

import errno
import socket
import stat
import tarfile
from pathlib import Path
from typing import Literal

import pytest

from cli.backups import read_backup, write_backup
from cli.service_book import ServiceBook
from cli.services import locked, running
from intake.errors import ConflictError, InputError, ServiceError
from storage.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home as commands leave it: secrets, data, logs."""
    made = tmp_path / "home"
    for name, content in {
        "connection.json": "{}",
        "keys/signing_key.pem": "private",
        "store/1.dat": "data",
        "logs/store.log": "noise",
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(content)
        (made / name).chmod(0o600)
    made.chmod(0o700)
    monkeypatch.setenv("ABASTO_HOME", str(made))
    return made


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock" and path.name != "services.json"
    }


def test_what_is_packed_comes_back_private_and_without_logs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar.gz"
    write_backup(archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "elsewhere" / "state"))
    read_backup(archive, replace=False)
    restored = tmp_path / "elsewhere" / "state"
    kept = files(home)
    kept.pop("logs/store.log")
    assert files(restored) == kept
    assert stat.S_IMODE(restored.stat().st_mode) == 0o700
    assert stat.S_IMODE((restored / "keys/signing_key.pem").stat().st_mode) == 0o600
    assert [path.name for path in restored.parent.iterdir()] == ["state"], "nothing is left beside it"


def test_nobody_else_reads_what_is_being_unpacked(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar.gz"
    write_backup(archive)
    modes: list[int] = []
    extract = tarfile.TarFile.extractall

    def watched(opened: tarfile.TarFile, path: Path, *, filter: Literal["data"]) -> None:  # noqa: A002
        modes.append(stat.S_IMODE(path.stat().st_mode))
        extract(opened, path, filter=filter)

    monkeypatch.setattr(tarfile.TarFile, "extractall", watched)
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "elsewhere" / "state"))
    read_backup(archive, replace=False)
    assert modes == [0o700]


@pytest.mark.parametrize("there_before", [False, True])
def test_a_home_is_open_to_its_owner_alone_from_the_first_command_on(
    tmp_path: Path, there_before: bool
) -> None:
    home = tmp_path / "state" / "home"
    if there_before:
        home.mkdir(parents=True)
        home.chmod(0o755)
    with locked(home):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_what_is_there_is_set_aside_and_not_lost(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    write_backup(archive)
    (home / "store/1.dat").write_text("newer")
    with pytest.raises(ConflictError, match=r"is there already; `abasto restore .* --replace`"):
        read_backup(archive, replace=False)
    assert (home / "store/1.dat").read_text() == "newer"
    read_backup(archive, replace=True)
    assert (home / "store/1.dat").read_text() == "data"
    (aside,) = tmp_path.glob("home.before-*")
    assert (aside / "store/1.dat").read_text() == "newer"


def test_a_command_that_starts_while_the_home_is_set_aside_is_one_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "backup.tar.gz"
    write_backup(archive)
    rename = Path.rename

    def overtaken(path: Path, to: Path) -> Path:
        if to == home:
            with locked(home):
                (home / "store").mkdir()
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", overtaken)
    with pytest.raises(ConflictError, match=r"another command has made .*home this moment: stop it"):
        read_backup(archive, replace=True)
    (aside,) = tmp_path.glob("home.before-*")
    assert (aside / "store/1.dat").read_text() == "data"
    assert not list(tmp_path.glob("*.restoring-*"))


def test_a_command_whose_home_is_set_aside_while_it_starts_is_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Path) -> ServiceBook:
        home.rename(home.with_name("aside"))
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(home / "services.json"))

    monkeypatch.setattr(ServiceBook, "read", gone)
    with (
        pytest.raises(ConflictError, match=r"was moved away this moment.*run again"),
        running(Settings.load(), prefect=False),
    ):
        pass


def test_a_socket_in_the_home_is_no_obstacle(home: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        # The name of a socket may not be longer than 107 bytes.
        left.bind(str(home / "s"))
        write_backup(tmp_path / "backup.tar.gz")
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        assert "home/s" not in archive.getnames()


def test_a_file_that_is_no_backup_is_refused_and_nothing_is_left_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "state"))
    no_archive = tmp_path / "Ventas.csv"
    no_archive.write_text("Fecha,Ventas\n")
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as archive:
        archive.add(no_archive, "somewhere/Ventas.csv")
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(other.read_bytes()[:60])
    for file, said in (
        (no_archive, "it is no archive of `abasto backup`"),
        (cut, "it is no archive of `abasto backup`"),
        (other, "it is an archive, but not one of `abasto backup`"),
    ):
        with pytest.raises(InputError, match=said):
            read_backup(file, replace=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Ventas.csv", "cut.tar.gz", "other.tar.gz"]


def test_an_archive_that_would_write_outside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "state" / "home"))
    evil = tmp_path / "evil.tar.gz"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(evil, "w:gz") as archive:
        archive.add(tmp_path / "payload", "../../escaped")
    with pytest.raises(InputError, match="it is no archive"):
        read_backup(evil, replace=False)
    assert not (tmp_path / "escaped").exists()


def test_nothing_to_pack_and_no_place_to_write_are_said(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ServiceError, match="cannot be written: No such file or directory"):
        write_backup(tmp_path / "nowhere" / "backup.tar.gz")
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(ConflictError, match="is there already; choose another name"):
        write_backup(taken)
    assert taken.read_text() == "mine"
    with pytest.raises(ServiceError, match="cannot be written: Not a directory"):
        write_backup(taken / "backup.tar.gz")
    monkeypatch.setenv("ABASTO_HOME", str(tmp_path / "none"))
    with pytest.raises(InputError, match="there is nothing to back up"):
        write_backup(tmp_path / "backup.tar.gz")
