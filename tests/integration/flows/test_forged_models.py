"""A model that we did not sign is not loaded by any flow: its payload does not run."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import builders
import joblib
import pytest
from shop import Shop, World

from intake.errors import IntegrityError
from storage import ids
from storage.keys import MANIFEST, MODEL, SIGNATURE
from storage.manifests import FileEntry, Published
from storage.signing import Statement, ensure_signing_keys

pytestmark = pytest.mark.usefixtures("without_plots")


class Payload:
    """Unpickling it leaves a trace: what an attacker would run."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.trace),)


@pytest.fixture(scope="module")
def trained(world: World) -> tuple[Shop, Published]:
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales(20))
    shop.upload_planning_files()
    shop.ingest()
    return shop, shop.train()


def rewrite(shop: Shop, model: Published, files: dict[str, bytes | None]) -> None:
    """Change files and make the manifest agree: what somebody with the keys of the store can do."""
    entries = dict(model.manifest.files)
    for name, content in files.items():
        if content is None:
            entries.pop(name, None)
        else:
            entries[name] = FileEntry(sha256=ids.sha256(content), size=len(content))
            shop.world.store.put(model.folder / name, content)
    manifest = model.manifest.model_copy(update={"files": entries})
    shop.world.store.put(model.folder / MANIFEST, manifest.to_bytes())


@pytest.mark.parametrize("forgery", ["swapped bytes", "unsigned", "signed by another key", "tampered"])
def test_neither_forecast_nor_replenish_runs_a_forged_model(
    trained: tuple[Shop, Published], tmp_path: Path, forgery: str
) -> None:
    shop, model = trained
    trace = tmp_path / "ran"
    pickled = BytesIO()
    joblib.dump(Payload(trace), pickled)
    evil = pickled.getvalue()
    statement = Statement(dataset=shop.dataset, model_version="v0001", sha256=ids.sha256(evil))
    stranger = ensure_signing_keys(tmp_path / "stranger" / "signing_key.pem")
    honest = {name: shop.read(model, name) for name in (MODEL, SIGNATURE)}
    forged: dict[str, dict[str, bytes | None]] = {
        "swapped bytes": {MODEL: evil},
        "unsigned": {MODEL: evil, SIGNATURE: None},
        "signed by another key": {MODEL: evil, SIGNATURE: stranger.sign(statement)},
    }
    try:
        if forgery == "tampered":
            shop.world.store.put(model.folder / MODEL, evil)
        else:
            rewrite(shop, model, forged[forgery])
        for run in (shop.forecast, shop.replenish):
            with pytest.raises(IntegrityError) as refused:
                run()
            assert "\n" not in str(refused.value)
            assert "model" in str(refused.value)
            assert not trace.exists()
    finally:
        rewrite(shop, model, dict(honest))
    assert not [key for key in shop.listing() if key.endswith(("prediccion.csv", "report.html"))]


def test_the_honest_model_is_loaded_again(trained: tuple[Shop, Published]) -> None:
    shop, _ = trained
    assert shop.forecast().manifest.metrics["series"] == 3
    joblib_bytes = BytesIO()
    joblib.dump(Payload(Path("/nonexistent/for/this/test")), joblib_bytes)
    joblib_bytes.seek(0)
    with pytest.raises(FileNotFoundError):
        joblib.load(joblib_bytes)  # the payload of these tests does run when it is unpickled
