"""Accuracy against human labels and speed against peers: one command each, results in `results/`."""
