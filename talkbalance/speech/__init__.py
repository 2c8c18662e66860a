"""Sound in, words, spans and prosody out; the only place that needs a model."""
