"""Printed papers: a page description and values go in, a PDF comes out."""
