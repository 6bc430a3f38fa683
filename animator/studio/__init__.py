"""The studio: pages on which films are made, watched and found again, on the server's own application.

Each view is a package with a `page.py`; `mount.py` puts them on the server, `shell.py` draws what they share.
"""
