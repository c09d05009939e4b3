"""The sheets of units and of posts."""
