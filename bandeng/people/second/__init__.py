"""How second factors work: codes of an app, passkeys, codes on paper. No database here; see `actions/second.py`."""
