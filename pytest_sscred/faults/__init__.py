"""Failures on demand: errors, late and lost answers, and things that happen between two calls."""
