"""An answer that is made of quotations.

leaf        a piece of a passage
leaves      a passage as paragraphs, items, definitions, rows of tables and code
text_leaves the same of plain text
asked       what kind of answer a question asks for, and how a sentence looks that gives it
sentences   the sentences of passages, each scored against the question
admission   whether the passages answer the question at all
likeness    how surely a word of a passage is that of the question
excerpt     a quotation: which sentences around the best one, and as Markdown
answer      which quotations an answer consists of, and in which order
"""
