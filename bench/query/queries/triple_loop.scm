; title: a loop in a loop in a loop
; about: deep nesting
(for_statement
  body: (compound_statement
    (for_statement
      body: (compound_statement
        (for_statement) @inner)))) @outer
