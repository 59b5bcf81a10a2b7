"""Reading documents: one module for each thing that enrichment knows. Nothing here opens a connection.

`read(page)` goes through them in order: text → language → publication → sentences → entities and pronouns → materials, stages,
dates, quantities, money → events → checks of the text against itself. What the words of a language mean stands in
`languages/<code>/`; a further language is a further folder.
"""
