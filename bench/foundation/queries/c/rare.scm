; A switch inside a do loop.
(do_statement body: (compound_statement (switch_statement) @switch))
