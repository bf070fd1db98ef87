; title: branches that are said to be unlikely
; about: one text, many matches
(if_statement
  condition: (parenthesized_expression
    (call_expression
      function: (identifier) @function
      arguments: (argument_list . (_) @condition .)))
  (#eq? @function "unlikely")) @branch
