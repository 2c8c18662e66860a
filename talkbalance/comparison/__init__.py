"""A reference and a hypothesis of the same meeting: how far apart they are, on the figures that matter.

```
reference   Eva  |########    ##|        hypothesis   S2  |######  ## ##|
            Baum |     #######  |                     S1  |     ###  #  |
DER         |      mm     fm   |         m missed, f false, c given to the wrong one
```

Voices are matched one to one, so that they share as much time as possible, and take their names and sides from the reference;
without times they are matched by name. Every duration is exact, summed over the pieces in which nobody starts or stops
(`floor`), not counted in frames. Then come the figures of the summary, both as they are computed from each: an interruption
that was lost because an overlap was not heard shows up there, whatever the diarization error says.

References
----------
NIST (2009). The RT-09 evaluation plan, on the diarization error. Neumann et al. (2023). MeetEval, on word errors per speaker.
Mesaros et al. (2016). Metrics for polyphonic sound event detection, on events. Cohen (1960), on kappa.
"""

from talkbalance.comparison.excerpt import excerpt
from talkbalance.comparison.rows import compare

__all__ = ["compare", "excerpt"]
