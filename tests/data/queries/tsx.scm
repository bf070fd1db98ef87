(jsx_element open_tag: (_) @o (jsx_expression (_)? @e)* close_tag: (_) @c)
;---
(jsx_self_closing_element name: (_) @n attribute: (_)* @a)
;---
(arrow_function parameter: (_)? @p parameters: (_)? @ps body: (_) @b)
;---
(expression/jsx_element) @j
;---
(jsx_opening_element !attribute) @plain
;---
(jsx_element (_)* @all) @e
;---
(jsx_element open_tag: (_) @o . (_)? @first . (_)* @more close_tag: (_) @c)
;---
(jsx_expression (_)? @e)
;---
(_ [name: (_) @n attribute: (_) @a])
;---
(expression) @e
