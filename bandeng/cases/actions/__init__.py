"""The only writers of cases: one verb each."""
