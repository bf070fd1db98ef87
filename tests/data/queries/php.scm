(expression) @e
;---
(primary_expression) @p
;---
(statement) @s
;---
(class_declaration attributes: (_)? @a name: (name) @n (base_clause)? @b (class_interface_clause)? @i body: (declaration_list (_)* @m))
;---
(text) @t . (php_tag) @tag
;---
(member_access_expression object: (_) @o name: (_) @n)
;---
(array_creation_expression (array_element_initializer . (_) @k (_)? @v .)*)
;---
((comment)* @doc . (_) @next)
;---
(expression) @e
;---
(statement) @s
;---
(arguments (argument (_) @a)? . (","? . (argument) @b)*)
;---
(_ [name: (_) @n body: (_) @b])
;---
(declaration_list (_)* @m) @l
;---
(program (_)+ @all)
