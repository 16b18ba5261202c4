"""The doors: each turns its library's request into ours, and our response into its library's."""
