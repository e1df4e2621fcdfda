"""A conversation as a file for others: Markdown, a page of HTML, or citations as CSL-JSON.

Documents and answers are hostile here as anywhere: what is written holds no control sequence, runs nothing, and loads
nothing from anywhere, whoever opens it.
"""
