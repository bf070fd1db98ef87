(function_declaration name: (identifier) @n parameters: (parameter_list (parameter_declaration name: (_)* @p type: (_) @t)) result: (_)? @r)
;---
(method_declaration receiver: (parameter_list . (_) @r .) name: (field_identifier) @n)
;---
(function_declaration !result !type_parameters) @plain
;---
(_simple_statement) @s
;---
(_expression) @e
;---
(_expression/identifier) @e
;---
(_statement/if_statement) @e
;---
(_type) @t
;---
(if_statement condition: (_) @c consequence: (block) @t alternative: [(block) (if_statement)] @e)
;---
(if_statement initializer: (_) @i)
;---
(call_expression function: [(identifier) @f (selector_expression operand: (_) @o field: (field_identifier) @m)] arguments: (argument_list (_)* @a))
;---
(const_spec name: (identifier) @a name: (identifier) @b value: (_)? @v)
;---
(import_spec name: [(dot) (blank_identifier) (package_identifier)] @n path: (_) @p)
;---
(import_spec !name path: (interpreted_string_literal) @p)
;---
((comment)+ @doc . (function_declaration name: (_) @n) @d)
;---
((comment)* @doc . [(function_declaration) (method_declaration)] @d)
;---
(struct_type (field_declaration_list (field_declaration tag: (_)? @tag type: (_) @t)+))
;---
(composite_literal body: (literal_value (keyed_element . (_) @k (_) @v .)*)) @c
;---
(block . "{" . (_) @first)
;---
(source_file (package_clause (package_identifier) @p) . (_)? @next)
;---
(type_identifier) @t (#match? @t "^[A-Z]")
;---
((comment)* @doc . (function_declaration name: (_) @n))
;---
(block . (_)? @first (_)* @rest) @b
;---
(call_expression function: [(identifier) @f (selector_expression field: (_) @m)] arguments: (argument_list (_)? @a . ","? . (_)? @b))
;---
(_ [name: (_) @x type: (_) @x]) @p
;---
(_expression) @e
;---
(_simple_statement) @s
;---
(_type) @t
;---
(_type/type_identifier) @t
;---
(parameter_list (parameter_declaration name: (_)* @n type: (_) @t)+) @p
;---
(import_spec !name path: (_) @p)
;---
(source_file (_) @a . (function_declaration) @f)
;---
((_) @a . "\n" . (_) @b)
;---
(source_file "\n"+ @lines)
;---
(_ (_) @a . (_) @b . (_) @c .)
