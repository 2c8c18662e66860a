"""A workshop on listening: guess, hear, ask, rate together, compare two meetings, keep moments, print a sheet.

`workshop()` makes the first part, which says which meetings it is about; every other part is made from it and shown by naming it in
a cell of its own: `lesson.guess()`, `lesson.hear()`, `lesson.rate()`, `lesson.before_and_after()`, `lesson.playlist()`,
`lesson.sheet()`. What people type is kept in files beside the notebook (`kept`).
"""

from talkbalance.views.training.workshop import Workshop, workshop

__all__ = ["Workshop", "workshop"]
