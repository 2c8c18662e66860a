"""Sound in, words, spans and prosody out; the only place that needs a model."""

from talkbalance.quiet import be_quiet

be_quiet()  # here, so that nothing that hears can be loaded without it
