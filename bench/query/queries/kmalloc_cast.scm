; title: casts of what kmalloc gives
; about: an anchored regular expression over a rare kind
(cast_expression
  value: (call_expression function: (identifier) @function)
  (#match? @function "^k[mzc]alloc(_array)?$")) @cast
