; title: functions with the comments before them
; about: a quantifier and an anchor; in nearly every file
((comment)+ @comment
  . (function_definition
      declarator: (function_declarator declarator: (identifier) @name)) @function)
