"""A conversation as a file for others: Markdown, a page of HTML, or citations as CSL-JSON.

Each gives the text of its file in pieces: whoever writes it holds one turn at a time.

Documents and answers are hostile here as anywhere: what is written holds no control sequence, runs nothing, and loads
nothing from anywhere, whoever opens it.
"""
