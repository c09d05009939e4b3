"""Chinese text, pure: no Django, no database."""

from bandeng.language.mask import Finding, Kind, Masked, mask

__all__ = ["Finding", "Kind", "Masked", "mask"]
