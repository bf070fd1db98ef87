(expression) @e
;---
(expression/identifier) @i
;---
(primary_expression/member_expression) @m
;---
(declaration) @d
;---
(pattern) @p
;---
(pair key: (_) @k value: (_) @v)
;---
(object [(pair key: (property_identifier) @k) (shorthand_property_identifier) @s (spread_element) @x (method_definition name: (_) @m)]*) @o
;---
(formal_parameters [(identifier) @i (assignment_pattern left: (_) @l) (object_pattern) @o (rest_pattern) @r]*)
;---
(call_expression function: (member_expression object: (_) @o property: (property_identifier) @p) arguments: (arguments . (_)? @first)) @c
;---
(jsx_element open_tag: (jsx_opening_element name: (_)? @n attribute: (_)* @a) (_)* @c close_tag: (_) @close)
;---
(class_body member: (_) @m)
;---
(class_body . member: (_) @first)
;---
(function_expression !name) @anonymous
;---
(variable_declarator name: [(identifier) (object_pattern) (array_pattern)] @n !value) @d
;---
(program (lexical_declaration)+ @d . (_) @after)
;---
(template_string (template_substitution (_) @e)* ) @t
;---
(statement_block (_) @s . "}" .)
;---
(identifier) @a . (identifier) @b
