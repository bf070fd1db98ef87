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
;---
((comment)* @doc . (export_statement) @e)
;---
((lexical_declaration (variable_declarator name: (identifier) @n)) @d . (expression_statement)? @next)
;---
(lexical_declaration (variable_declarator)+ @v ";"? @end)
;---
(lexical_declaration (variable_declarator) . ";" @semicolon)
;---
(statement_block . "{" . (_)? @first)
;---
(arguments "(" . (_)? @a . ","? . (_)? @b . ")")
;---
(arguments ((_) @a . ","?)+ )
;---
(array . "[" . (_)* @e . "]" .)
;---
(array (number)? @n . "," . "," @hole)
;---
[(identifier) (property_identifier) (private_property_identifier) (statement_identifier)] @name
;---
(member_expression object: [(this) @this (identifier) @object (member_expression) @chain] property: (_) @p)
;---
(call_expression function: (call_expression function: (_) @f) @inner) @outer
;---
(_ left: (_) @l right: [(_ left: (_) @rl) (_) @r])
;---
(switch_body [(switch_case value: (_) @v body: (_)* @b) (switch_default body: (_)+ @d)]+) @s
;---
(class_body [member: (method_definition name: (_) @m) member: (field_definition property: (_) @f)]) @c
;---
(method_definition "get"? @get "static"? @static "async"? @async name: (_) @n)
;---
(object . (_) @first . (_)? @second . (_)* @rest .)
;---
(if_statement (_) @a (_) @b (else_clause)? @c !alternative)
;---
((statement_block) @b . (catch_clause)? @c . (finally_clause)? @f)
;---
(MISSING ")") @m
;---
(_ (MISSING) @m . _? @after)
;---
(_ (_)* @a (MISSING) @m)
;---
((_) @a . (ERROR) @e)
;---
(program (_) @first . (_) @second)
;---
(jsx_opening_element (jsx_attribute (property_identifier) @n (_)? @v)* (jsx_expression)? @x) @o
