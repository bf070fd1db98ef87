(primary_type) @t
;---
(type) @t
;---
(class_declaration (type_identifier) @n (class_heritage (extends_clause value: (_) @v type_arguments: (_)? @a)? (implements_clause (_)+ @i)?))
;---
(required_parameter (accessibility_modifier)? @m pattern: (_) @p type: (_)? @t value: (_)? @v)
;---
(interface_body [(property_signature name: (_) @p) (method_signature) @m (call_signature) @c (construct_signature) @n]+)
;---
(union_type (_) @a (_) @b)
;---
(type_annotation ":" . (_) @t .)
;---
(function_signature !return_type) @f
;---
((comment)* @doc . (_) @next)
;---
(_ [name: (_) @n type: (_) @t] ) @x
;---
(formal_parameters [(required_parameter pattern: (_) @p type: (_)? @t) (optional_parameter pattern: (_) @o)]*)
;---
(object_type [(property_signature name: (_) @n) (method_signature name: (_) @m)]*) @o
;---
(union_type (_) @a . "|" . (_) @b)
;---
(type_annotation . ":" . (_) @t .)
;---
(expression/identifier) @i
;---
(primary_expression) @p
;---
(statement_block (_)? @a . (_)* @b .)
;---
((_) @a . ";" @s)
