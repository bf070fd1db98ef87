(rule_set (selectors (_) @s . ","? (_)? @t) (block (declaration (property_name) @p (_)+ @v)*))
;---
(call_expression (function_name) @f (arguments (_)* @a))
;---
(_value) @v
;---
(_selector) @s
;---
(declaration . (property_name) @p . (_) @v .)
;---
(block (_) @d . (declaration) @e .)
;---
(binary_expression (_) @l . (_) @r)
;---
((comment)* @doc . (rule_set) @r)
;---
(block . "{" . (declaration)* @d . "}")
;---
(declaration (property_name) @p ":" . (_) @first (_)* @rest)
;---
(selectors (_) @a . ("," . (_) @b)*)
;---
(rule_set (selectors (_)+ @s) (block (declaration)* @d))
;---
(call_expression (function_name) @f (arguments (_)* @a))
;---
(_ (_) @a . (_) @b . (_)? @c)
