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
;---
((comment)* @doc . [(function_definition) (declaration)] @d)
;---
((declaration)+ @d . (expression_statement)? @next)
;---
(argument_list . "(" . (_)? @a ("," . (_) @more)* . ")")
;---
(parameter_list (parameter_declaration declarator: [(pointer_declarator (identifier) @p) (identifier) @i])* @all)
;---
(_ [declarator: (_) @x type: (_) @x]) @p
;---
(declaration type: (_) @t declarator: (_) @a . "," . declarator: (_) @b)
;---
(compound_statement (declaration)* @d . (_) @first)
;---
(compound_statement . (_)+ @all . (return_statement)? @r .)
;---
(expression_statement [(call_expression function: (_) @f) (assignment_expression left: (_) @l)] @e ";")
;---
((preproc_include) @a . (preproc_include) @b)
;---
((preproc_include)+ @all . (_) @next)
;---
[(if_statement) (for_statement) (while_statement) (switch_statement)] @s
;---
(if_statement consequence: [(compound_statement (_)* @s) (_) @one] alternative: (_)? @e)
;---
(call_expression function: (identifier) @f arguments: (argument_list (_)+ @a)) @c
;---
(pointer_declarator declarator: [(pointer_declarator) (identifier) (function_declarator)]? @d) @p
;---
(_ !declarator !type !name (_) @c)
;---
(type_specifier) @t . (_) @d
;---
((type_specifier) @t . (_declarator) @d)
;---
(_declarator/identifier) @i
;---
(_declarator/pointer_declarator) @p
;---
(_ (type_identifier) @t . (_)? @after)
;---
(field_declaration (_)* @a ";" @end)
;---
(_ "{" @open (_)? @only "}" @close)
;---
(binary_expression (binary_expression (_) @a) @b) @c
;---
(ERROR [(identifier) (type_identifier)]* @n) @e
