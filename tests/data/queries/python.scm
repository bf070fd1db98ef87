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
;---
((comment)* @doc . (function_definition name: (identifier) @name) @def)
;---
((expression_statement) @a . (expression_statement)+ @more)
;---
((decorator)+ @d . (class_definition) @c)
;---
(block . (_)* @before (return_statement) @r)
;---
(block (expression_statement)? @first . (comment)? @c . (if_statement) @if)
;---
(module (_) @a . (comment)* @between . (class_definition) @c)
;---
(call function: [(identifier) @plain (attribute attribute: (identifier) @method)] arguments: (argument_list [(keyword_argument) @k (_)]* @args))
;---
[(function_definition name: (_) @f) (class_definition name: (_) @c) (assignment left: (identifier) @v)] @definition
;---
(argument_list ((_) @a . "," . (_) @b)+)
;---
(argument_list ((_) @a ",")* . (_) @last . ")")
;---
(_ body: (block . (_) @first (_)* @middle (_) @last .)) @with_body
;---
(_ [left: (_) @side right: (_) @side]) @p
;---
(binary_operator left: [(integer) (identifier) (binary_operator)]+ @l operator: _ @o)
;---
((identifier) @a . (_)? @b . (identifier)? @c)
;---
(try_statement (except_clause (block (_)* @e))* (finally_clause (block (_) @f))?) @t
;---
(match_statement body: (block alternative: (case_clause (case_pattern)+ @p)* @c))
;---
(_ (block) @b !return_type) @x
;---
(function_definition !return_type !type_parameters name: (_) @n)
;---
(subscript value: (_) @v subscript: (_)* @s)
;---
(string (string_start) @a (string_content)* @b (string_end) @c)
;---
(_ (_ (_ (_ (integer) @deep))))
;---
((_) @a (_) @b (#eq? @a @b))
;---
(dotted_name (identifier)+ @parts) @all
;---
(ERROR (_)* @parts) @error
;---
(_ (ERROR) @e . (_) @after)
