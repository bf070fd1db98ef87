(_expression) @e
;---
(_statement) @s
;---
(_primary_expression) @p
;---
(command name: (command_name (_) @n) argument: (_)* @a redirect: (_)* @r)
;---
(command !argument) @bare
;---
(if_statement condition: (_) @c (elif_clause)* @e (else_clause)? @l)
;---
(pipeline (_) @a . (_) @b)
;---
(string (expansion (_) @e)* (command_substitution)? @c)
;---
((comment)* @doc . (function_definition name: (_) @n))
;---
(command name: (_) @n argument: (_)* @a) @c
;---
(command (variable_assignment)* @v name: (_) @n . argument: (_)? @first)
;---
(_ [name: (_) @n value: (_) @v])
;---
(_statement) @s
;---
(_expression) @e
;---
(pipeline (_) @a . ("|" . (_) @b)+)
;---
(string (string_content)? @a (expansion)? @b (simple_expansion)* @c)
;---
(_ (heredoc_redirect) @h)
;---
(program (_) @a . (_)? @b . (comment)* @c)
