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
