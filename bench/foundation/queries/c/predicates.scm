; Memory asked for without permission to sleep.
(call_expression
  function: (identifier) @function
  arguments: (argument_list (_) (identifier) @flags)
  (#match? @function "^k[mz]alloc$")
  (#eq? @flags "GFP_ATOMIC"))
