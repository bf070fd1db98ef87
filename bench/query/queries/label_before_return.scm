; title: labels that are followed by return at once
; about: a supertype
(labeled_statement
  label: (statement_identifier) @label
  (statement/return_statement) @return)
