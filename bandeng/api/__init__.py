"""The programming interface: REST under /api/v1/, the same rules and policies as the pages."""
