"""One portable form for each kind of configuration: a document that says all of it, without secrets.

A kind (``kind.py``) turns a row into its document, and a document into a row by the same form that its page
uses. What reads and writes documents is written once for all kinds: the REST API (``api.py``), export
(``exporting.py``) and import (``importing.py``).
"""
