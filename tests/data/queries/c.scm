(call_expression function: (identifier) @f arguments: (argument_list . (_) @first (_)* @rest)) @call
;---
(call_expression function: (identifier) @f (#eq? @f "kmalloc") arguments: (argument_list (_) (identifier) @flag (#match? @flag "^GFP_")))
;---
(if_statement !alternative) @no_else
;---
(if_statement condition: (_) @c alternative: (else_clause (if_statement) @nested)) @if
;---
(declaration !declarator) @none
;---
(declaration declarator: (init_declarator declarator: (_) @name value: (_) @value)+) @d
;---
(function_definition type: (_) @t declarator: [(function_declarator) (pointer_declarator)] @d body: (compound_statement . "{" (_)* @s "}" .))
;---
(statement) @s
;---
(expression) @e
;---
(expression/identifier) @i
;---
(expression/no_such) @i
;---
(identifier/expression) @i
;---
(type_specifier) @t
;---
(type_specifier/primitive_type) @p
;---
(struct_specifier name: (type_identifier)? @name body: (field_declaration_list (field_declaration)* @f)) @s
;---
(struct_specifier !name) @anonymous
;---
(field_declaration declarator: (_) @a declarator: (_) @b)
;---
(field_identifier) @f (type_identifier) @t
;---
(binary_expression left: (_) @l operator: _ @o right: (_) @r)
;---
(binary_expression "+" right: (MISSING identifier) @m)
;---
(MISSING ";") @semicolon
;---
(MISSING identifier) @m
;---
(preproc_ifdef name: (_) @n alternative: (_)? @a)
;---
(case_statement value: (_)? @v . (_) @first_statement)
;---
(initializer_list (_) @a . "," . (_) @b)
;---
(translation_unit . (comment)* @header . (_) @first)
;---
(goto_statement label: (statement_identifier) @l) @g
(labeled_statement label: (statement_identifier) @l) @s
;---
(for_statement initializer: (_)? @i condition: (_)? @c update: (_)? @u body: (_) @b)
;---
(parameter_list (parameter_declaration type: (_) @t declarator: (_)? @d)* . (variadic_parameter)? @v)
;---
(identifier (identifier))
;---
(return_statement (return_statement))
