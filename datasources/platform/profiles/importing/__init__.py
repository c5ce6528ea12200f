"""Profiles from files: CSV, JSON and JSON lines, with columns mapped to XDM (technical.md, Importing).

layout.py    pure: in which format a file is written
rows.py      pure: its records, one by one, from any place on
mapping.py   pure: which column goes where, and a record as the entity of a profile
lines.py     pure: a record that can be applied, or why not
preparing.py what an import needs to know of the sandbox; the preview; how it is begun
work.py      the work itself, in the background
forms.py, admin.py   the pages
"""
