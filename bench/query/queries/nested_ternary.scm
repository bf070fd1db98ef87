; title: a conditional as the other case of one
; about: a kind inside itself
(conditional_expression
  alternative: (conditional_expression) @inner) @outer
