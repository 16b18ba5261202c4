"""The doors: they turn a library's request into ours, and our response into that library's."""
