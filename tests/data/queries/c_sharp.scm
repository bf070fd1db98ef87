(expression) @e
;---
(statement) @s
;---
(type) @t
;---
(declaration) @d
;---
(class_declaration (attribute_list)* @a (modifier)* @m name: (_) @n type_parameters: (_)? @t (base_list)? @b body: (_) @body)
;---
(invocation_expression function: (_) @f arguments: (argument_list (argument (_) @a)*))
;---
(variable_declarator name: (_) @n . (_)? @v)
;---
(property_declaration type: (_) @t name: (_) @n accessors: (accessor_list (accessor_declaration)+ @a)? value: (_)? @v)
;---
((comment)* @doc . (_) @next)
;---
(expression) @e
;---
(statement) @s
;---
(_ [name: (_) @n type: (_) @t])
;---
(declaration_list (_)? @a . (_)* @b .)
;---
(argument_list . (argument (_) @a)? . ("," (argument) @b)*)
;---
(modifier)+ @m
;---
((modifier)+ @m . (_) @t)
