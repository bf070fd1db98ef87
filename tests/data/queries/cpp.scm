(class_specifier name: (_) @n (base_class_clause (_)* @b)? body: (field_declaration_list [(access_specifier) @a (function_definition) @f (field_declaration) @d (template_declaration) @t]*))
;---
(template_declaration parameters: (template_parameter_list (_)+ @p) (_) @d .)
;---
(qualified_identifier scope: (_)? @s name: (_) @n)
;---
(function_declarator declarator: [(destructor_name) (operator_name) (qualified_identifier) (field_identifier)] @d !trailing_return_type)
;---
(lambda_expression captures: (_) @c declarator: (_)? @d body: (_) @b)
;---
(statement) @s
;---
(expression/lambda_expression) @l
;---
(_declarator) @d
;---
(_field_declarator) @f
;---
((comment)* @doc . (_) @next)
;---
(template_declaration parameters: (_) @p . (_) @d)
;---
(_ [declarator: (_) @d type: (_) @t])
;---
(field_declaration_list [(field_declaration) (function_definition) (access_specifier)]* @m)
;---
(access_specifier) @a . (_) @b
;---
((access_specifier) @a . (_)* @members)
;---
(expression) @e
;---
(statement) @s
;---
(qualified_identifier scope: (_)? @s name: (qualified_identifier)? @q)
;---
(parameter_list ((_) @p . ","?)*)
;---
(lambda_expression captures: (_ (_)* @c) body: (_) @b)
;---
(_ !declarator !type (_) @c)
