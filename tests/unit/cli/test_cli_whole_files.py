from __future__ import annotations

from pathlib import Path

import pytest

from cli.whole_files import write_whole
from intake.errors import ServiceError


def test_a_file_is_written_whole_with_its_folders_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "orders.csv"
    for content in (b"first", b"then"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ServiceError, match="cannot be written"):
        write_whole(tmp_path / "file" / "orders.csv", b"")
    folder = tmp_path / "orders.csv"
    folder.mkdir()
    with pytest.raises(ServiceError, match="cannot be written"):
        write_whole(folder, b"")
    assert list(tmp_path.glob(".orders*")) == []
