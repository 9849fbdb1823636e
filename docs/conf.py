"""How the pages of this folder become a site: `nox -s site`. Neither the build nor a reader fetches anything."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "pytest-dynamodb-cassette"
release = version_of(project)
author = "the maintainers of pytest-dynamodb-cassette"
copyright = author  # noqa: A001 - Sphinx's name

extensions = ["myst_parser", "sphinx_copybutton"]
root_doc = "index"
exclude_patterns = ["README.md", "_build"]  # README.md is what index.rst includes
nitpicky = True

myst_heading_anchors = 4
"""Headings down to this level can be linked to, as on GitHub."""

html_theme = "furo"
html_title = f"{project} {release}"
html_show_sphinx = False
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
