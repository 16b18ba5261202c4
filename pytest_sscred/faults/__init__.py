"""What breaks on demand: errors, late answers, lost ones, and what happens between two calls."""
