; title: an if that does nothing
; about: alternation, anchors, anonymous nodes
(if_statement
  consequence: [
    (compound_statement . "{" . "}" .)
    (expression_statement . ";" .)
  ] @body) @branch
