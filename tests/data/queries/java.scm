(expression) @e
;---
(expression/identifier) @i
;---
(statement) @s
;---
(declaration) @d
;---
(class_declaration (modifiers)? @m name: (_) @n superclass: (_)? @s interfaces: (_)? @i body: (class_body (_)* @b))
;---
(method_declaration dimensions: (_)? type: (_) @t name: (_) @n parameters: (formal_parameters [(formal_parameter name: (_) @p) (spread_parameter)]*))
;---
(method_invocation object: (_)? @o name: (_) @n arguments: (argument_list . (_)? @a))
;---
(variable_declarator name: (_) @n !value) @v
;---
(modifiers (annotation)* @a "public"? @p "static"? @s "final"? @f)
;---
(field_declaration type: (_) @t declarator: (_) @d declarator: (_) @e)
;---
((_)* @before . (method_declaration name: (_) @n))
;---
(expression) @e
;---
(statement) @s
;---
(expression/method_invocation) @m
;---
(declaration) @d
;---
(_ [name: (_) @n type: (_) @t])
;---
(modifiers [(marker_annotation) (annotation) "public" "static" "final"]* @m)
;---
(method_declaration (modifiers)? @m type: (_) @t parameters: (formal_parameters (formal_parameter)* @p) body: (block (_)* @s)?)
;---
(argument_list . (_)? @a . ","? @c . (_)? @b .)
;---
(block "{" . (_)? @f (_)* @m . "}")
