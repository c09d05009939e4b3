"""What stands behind ./bd: setting up, running, testing and bundling. Standard library only."""
