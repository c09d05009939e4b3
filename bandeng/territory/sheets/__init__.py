"""The sheet of places, and finding a place by what stands in a cell."""
