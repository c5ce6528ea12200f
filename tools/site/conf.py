"""Sphinx's settings for the documentation; ``python -m tools.site`` runs it."""

project = "Journeyorch"
html_title = "Journeyorch"
html_theme = "furo"
extensions = ["myst_parser"]
myst_heading_anchors = 4
# Other systems' samples hold placeholders that are no JSON; they are shown without colours then.
suppress_warnings = ["misc.highlighting_failure"]
html_show_copyright = html_show_sphinx = html_copy_source = False
