"""The notebooks run from top to bottom, are stored without outputs, and keep their cells short."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _read(path: Path) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def test_there_are_notebooks() -> None:
    names = {"review_a_meeting", "train_listening", "explore_transcripts", "check_the_measures"}
    assert names <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stored_without_outputs_and_says_how_to_start(path: Path) -> None:
    notebook = _read(path)
    nbformat.validate(notebook)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in _code(notebook))
    assert all(len(cell.source.splitlines()) <= 5 for cell in _code(notebook))
    assert "widgets" not in notebook.metadata
    assert notebook.cells[0].cell_type == "markdown"
    assert "Run All" in notebook.cells[0].source


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_it_runs_in_both_languages(path: Path, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    before = {file.name for file in path.parent.iterdir()}
    notebook = _read(path)
    switches = [cell for cell in _code(notebook) if '"de"' in cell.source]
    assert len(switches) == 1, "one switch changes the language"
    switches[0].source = switches[0].source.replace('"de"', f'"{language}"')
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", store_widget_state=False, resources={"metadata": {"path": path.parent}}
    )
    client.execute()
    shown = [output for cell in _code(notebook) for output in cell.outputs]
    assert not [output for output in shown if output.output_type == "error"]
    kinds = {kind for output in shown for kind in output.get("data", {})}
    assert "text/html" in kinds if path.stem == "explore_transcripts" else WIDGET in kinds
    assert {file.name for file in path.parent.iterdir()} == before, "running it leaves nothing behind"
