"""Static files: hashed and compressed where collected, plain in development and tests."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """MapLibre's main file asks for its worker by the plain name, so plain copies stay beside hashed ones."""

    manifest_strict = False
    keep_only_hashed_files = False
