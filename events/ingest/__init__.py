"""Accepting events: from the request to rows that survive a power cut (engine.md, Accept).

``bodies`` gets the bytes, ``strict_json`` reads them, ``doors`` knows inlets and their keys, ``store`` writes
events and their keys in one transaction, ``accept`` is the verb that puts them together.
"""
