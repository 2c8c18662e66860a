"""What a study needs: one long table, a split that stays, agreement, and tables that come out again byte for byte."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client

from talkbalance.corpus.batch import batch
from talkbalance.corpus.research import LONG, long, methods, reliability, split
from talkbalance.corpus.store import Store, open_store
from talkbalance.corpus.tables import SCHEMAS, Settings
from talkbalance.corrections import Correction
from talkbalance.errors import InvalidParameter
from tests.corpus.generated import generated


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    found = open_store(tmp_path_factory.mktemp("research") / "store", settings=Settings(runs=3, question_threshold=0.6))
    for seed in range(6):
        log = [Correction("rename", "Eva", "Eva K.")] if seed == 2 else []
        found.put(generated(seed, utterances=16), log=log)
    found.settle()
    return found


def test_long_has_a_row_per_figure(store: Store) -> None:
    found = long(store)
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == dict(LONG)
    summary = store.summary()
    assert len(found) == int((summary["available"] & summary["value"].notna()).sum())
    assert not found.duplicated(["meeting", "measure", "side"]).any()
    assert not np.isinf(found["error"]).any()
    assert (found["client"] != "").all()


def test_a_split_stays_when_meetings_come(store: Store, tmp_path: Path) -> None:
    more = open_store(tmp_path / "more", settings=Settings(runs=0))
    for seed in range(9):
        more.put(generated(seed, utterances=8))
    more.settle()
    found = split(more, test=0.5, by="client")
    assert set(found["part"]) == {"train", "test"}
    assert found.groupby("client")["part"].nunique().max() == 1
    known = found["meeting"].isin(store.meetings()["meeting"])
    few = split(store, test=0.5).set_index("client")["part"].to_dict()
    assert all(few.get(client, part) == part for client, part in zip(found["client"], found["part"], strict=True))
    assert not known.all()
    assert (split(more, test=0)["part"] == "train").all()
    assert (split(more, test=1, by="meeting")["part"] == "test").all()
    assert split(more, seed=1, by="meeting")["part"].tolist() != split(more, seed=2, by="meeting")["part"].tolist()
    with pytest.raises(InvalidParameter):
        split(more, test=2)


def test_agreement_is_that_of_the_textbook() -> None:
    # Krippendorff (2011), example B: alpha = .743, nominal; coders leave some units out
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3]
    c = [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None]
    rows = [(unit, coder, code) for coder, own in zip("ABCD", (a, b, c, d), strict=True) for unit, code in enumerate(own)]
    codes = pd.DataFrame(rows, columns=["unit", "coder", "code"]).dropna()
    found = reliability(codes)
    assert found["measure"].tolist() == ["kappa"] * 6 + ["alpha"]
    assert found["value"].iloc[-1] == pytest.approx(0.743, abs=0.001)
    assert (found["low"] <= found["value"]).all()
    with pytest.raises(InvalidParameter, match="lacks: coder"):
        reliability(codes.drop(columns="coder"))
    with pytest.raises(InvalidParameter, match="twice"):
        reliability(pd.concat([codes, codes]))


def test_frozen_settings_give_the_same_bytes(store: Store, tmp_path: Path, cluster: Client) -> None:
    frozen = tmp_path / "settings.json"
    frozen.write_text(store.settings.freeze(), encoding="utf-8")
    again = open_store(tmp_path / "again", settings=Settings.frozen(frozen))
    batch([store.path], again, client=cluster)
    for name in SCHEMAS:
        if name != "sources":
            files = [{file.name: file.read_bytes() for file in (one.path / "tables" / name).iterdir()} for one in (store, again)]
            assert files[0], name
            assert files[0] == files[1], name
    assert replace(again.settings, runs=0) == replace(store.settings, runs=0)


def test_the_methods_say_what_was_done(store: Store) -> None:
    said = methods(store)
    assert "6 meetings" in said
    assert "3 runs" in said
    assert "1 corrected by people" in said
    assert "questions from 0.6" in said
    assert "talkbalance" in said
