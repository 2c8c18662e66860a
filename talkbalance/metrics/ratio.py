"""Part of a whole: adds up, and so cannot be averaged by mistake."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Ratio:
    """Part ÷ whole, pooled by adding.

    The mean of 9/10 and 10/100 is .50; what they say together is 19/110:

    >>> together = Ratio(9, 10) + Ratio(10, 100)
    >>> round(together.value, 2)
    0.17
    >>> Ratio(0, 0).value
    nan
    """

    part: float
    whole: float

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(self.part + other.part, self.whole + other.whole)

    @property
    def value(self) -> float:
        """Part ÷ whole; NaN of nothing."""
        return self.part / self.whole if self.whole else nan
