; title: every call of a function by its name
; about: a very frequent kind: pruning cannot help
(call_expression function: (identifier) @callee)
