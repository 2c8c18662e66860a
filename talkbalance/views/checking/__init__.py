"""A few minutes judged by hand, moment by moment, and how far the machine agrees.

`check()` makes the page: listen to a candidate, say yes or no, say where one is missing from the list, then see kappa, precision
and recall with their intervals, and the error of each count. What the machine decided is not shown before.
"""

from talkbalance.views.checking.cases import Case, Judgements, cases, results
from talkbalance.views.checking.widget import Check, check

__all__ = ["Case", "Check", "Judgements", "cases", "check", "results"]
