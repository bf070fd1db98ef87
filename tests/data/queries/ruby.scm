(_expression) @e
;---
(_statement) @s
;---
(_arg) @a
;---
(method name: (_) @n parameters: (method_parameters (_)* @p)? body: (_)? @b)
;---
(call receiver: (_)? @r method: (_) @m arguments: (_)? @a block: (_)? @b) @c
;---
(call !receiver) @bare
;---
(hash (pair key: (_) @k value: (_)? @v)*)
;---
(heredoc_body (_)* @part) @h
;---
(string (interpolation (_) @i)) @s
;---
(class name: [(constant) (scope_resolution)] @n superclass: (_)? @s)
;---
(body_statement . (_) @first (_)* (_) @last .)
