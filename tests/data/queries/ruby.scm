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
;---
((comment)* @doc . (method name: (_) @n))
;---
(call receiver: (_)? @r method: (_) @m arguments: (argument_list (_)* @a)? block: (_)? @b)
;---
(_expression) @e
;---
(_statement) @s
;---
(_ body: (body_statement (_) @first . (_)? @second))
;---
(program (_) @a . (_) @b)
;---
(hash (pair key: (_) @k value: (_)? @v)*) @h
;---
(heredoc_body (heredoc_content)* @c (interpolation)? @i (heredoc_end) @e)
;---
(string (string_content)? @c . (interpolation)? @i)
;---
(_ [left: (_) @l right: (_) @r]) @p
