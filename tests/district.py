"""A tiny made district."""
