; title: exported symbols
; about: one of several texts
; whole: yes
(expression_statement
  (call_expression
    function: (identifier) @macro
    arguments: (argument_list . (identifier) @name .))
  (#any-of? @macro "EXPORT_SYMBOL" "EXPORT_SYMBOL_GPL"))
