"""An account's state: rows that never change, tables of them, and one log of every write."""
