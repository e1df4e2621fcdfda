"""Which figures, dates, quotations and names of an answer stand in none of the session's tool results.

    prose       a growing answer as units of plain text
    numbers, number_words, units, dates, quotations, names
                what a text states, as values that can be compared
    claims      all of these in one unit of an answer, without what only looks like them
    evidence    the tool results and questions, indexed once, that a claim is looked up in
    checking    a turn's claims that stand in none of it

Everything is decided from the texts alone: the same session is judged alike on every machine, whenever its events came.
"""
