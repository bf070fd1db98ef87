(module . (comment)* . (expression_statement (string) @doc))
;---
(class_definition name: (_) @n superclasses: (argument_list (_)* @s)? body: (block . (expression_statement (string) @doc)?)) @c
;---
(function_definition parameters: (parameters [(identifier) (default_parameter) (typed_parameter) (typed_default_parameter) (list_splat_pattern)]* @p) return_type: (_)? @r)
;---
(decorated_definition (decorator (_) @d)+ definition: (_) @def)
;---
(if_statement condition: (_) @c alternative: (elif_clause)* @elif alternative: (else_clause)? @else)
;---
(if_statement !alternative) @simple
;---
(_simple_statement) @s
;---
(_compound_statement) @s
;---
(expression) @e
;---
(primary_expression/call) @c
;---
(expression/primary_expression) @c
;---
(pattern) @p
;---
(string (interpolation expression: (_) @e)* ) @s
;---
(argument_list . (_) @a . (_)? @b)
;---
(call function: (attribute object: (_) @o attribute: (identifier) @a))
;---
(tuple . (_) @only .) @t
;---
(keyword_argument name: (_) @n value: (_) @v)
;---
(except_clause (as_pattern alias: (_) @alias))
;---
(block (_) @s . (return_statement) @r .)
