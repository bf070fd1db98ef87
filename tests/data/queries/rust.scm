(_expression) @e
;---
(_pattern) @p
;---
(_type) @t
;---
(_declaration_statement) @d
;---
(_literal) @l
;---
(_expression/_literal) @l
;---
(function_item (visibility_modifier)? @v name: (_) @n type_parameters: (_)? @t parameters: (parameters (self_parameter)? @self (parameter pattern: (_) @p)*) return_type: (_)? @r)
;---
(struct_item name: (type_identifier) @n body: (field_declaration_list (field_declaration name: (_) @f type: (_) @t)+))
;---
((line_comment)+ @doc . (attribute_item)* . (struct_item) @s)
;---
((attribute_item) @a . (struct_item) @s)
;---
(line_comment doc: (doc_comment) @d)
;---
(line_comment !doc) @plain
;---
(_ (line_comment (doc_comment) @d) @c) @p
;---
(match_arm pattern: (match_pattern (_) @p condition: (_)? @c) value: (_) @v)
;---
(token_tree (identifier) @a . (_)? @b)
;---
(macro_invocation macro: (_) @m (token_tree) @t)
;---
(generic_type type: (_) @t type_arguments: (type_arguments (_)+ @a))
;---
(if_expression condition: (_) @c !alternative)
;---
(scoped_identifier path: (_)? @p name: (_) @n)
;---
((attribute_item)* @a . (_) @item)
;---
((line_comment)+ @c . (_) @next)
;---
(_expression) @e
;---
(_expression/identifier) @i
;---
(_pattern) @p
;---
(_type) @t
;---
(_literal) @l
;---
(block (_)* @s . (_) @last .)
;---
(parameters (parameter pattern: (_) @p type: [(reference_type (_) @r) (_) @t])*)
;---
(match_block (match_arm pattern: (_) @p value: [(block) @b (_) @v])+)
;---
(_ [name: (_) @n type: (_) @t]) @x
;---
(token_tree (_)* @t) @all
;---
(call_expression function: (_) @f arguments: (arguments (_)? @a . ("," . (_) @b)*))
;---
(_ !name !type (_) @c)
