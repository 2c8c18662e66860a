"""A `Meeting` in, a table out; nothing else."""
