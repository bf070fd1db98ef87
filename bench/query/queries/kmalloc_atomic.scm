; title: kmalloc with GFP_ATOMIC
; about: texts that must be equal
; whole: yes
(call_expression
  function: (identifier) @function
  arguments: (argument_list . (_) . (identifier) @flags .)
  (#eq? @function "kmalloc")
  (#eq? @flags "GFP_ATOMIC")) @call
