"""Reading digits as people type them."""


def digits(typed: str) -> str:
    """Return the digits of what was typed (full width too), whatever stands between; "" when letters do."""
    typed = typed[:100]
    return "" if any(char.isalpha() for char in typed) else "".join(str(int(char)) for char in typed if char.isdecimal())
