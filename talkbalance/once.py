"""What several measures need of one meeting is computed once, and kept for as long as that meeting lives.

A meeting never changes; a corrected one is another meeting. So its columns, its sentences, who holds the floor in it and what asks
can be looked up by every table that stands on them.
"""

import inspect
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Of = TypeVar("Of")
Given = ParamSpec("Given")
Found = TypeVar("Found")


def once(function: Callable[Concatenate[Of, Given], Found]) -> Callable[Concatenate[Of, Given], Found]:
    """Return a function that is computed once for each object it is asked of.

    Parameters
    ----------
    function
        Takes an object that never changes and can be referred to weakly, a meeting for instance, and further arguments that can be
        hashed; what it returns must not be changed by anybody.

    Returns
    -------
    Callable
        The same, looked up when it is asked again of the same object: not of an equal one, since comparing meetings takes longer
        than many measures. What is kept goes with the object.
    """
    kept: dict[int, dict[object, Found]] = {}
    whole = inspect.signature(function)

    @wraps(function)
    def known(of: Of, /, *given: Given.args, **named: Given.kwargs) -> Found:
        own = kept.get(id(of))
        if own is None:
            weakref.finalize(of, kept.pop, id(of), None).atexit = False
            own = kept.setdefault(id(of), {})
        bound = whole.bind(of, *given, **named)
        bound.apply_defaults()  # asked with a default named and without it is the same question
        asked = tuple(bound.arguments.values())[1:]
        if asked not in own:
            own[asked] = function(of, *given, **named)
        return own[asked]

    return known
