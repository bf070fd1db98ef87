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
