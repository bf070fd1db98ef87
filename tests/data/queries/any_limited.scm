(_ (_)* @a . (_)? @b . (_)* @c)
;---
((_)? @a . (_) @b . (_)? @c)
;---
((_) @a . ((_) @b . (_) @c)?)
;---
(_ ((_) @a . _ @b)* . (_) @last .)
;---
(_ . [(_ (_) @deep) _ @any]+ @items .) @p
;---
(_ [(_ . (_) @x . (_)? @y) ((_) @z . (_))]) @p
;---
((_ (_)? @inner)+ @outer)
;---
(_ (_ (_)* @c)* @b) @a
;---
(_ [(comment) (ERROR) (_ (MISSING) @m)]? @odd . (_) @next)
;---
[(_ . (MISSING)) (_ (ERROR))] @broken
;---
(_ (_) @a (comment)? @c . (_) @b)
;---
(_ (comment)+ @c) @p
;---
(_ . (comment)* @c . (_)? @first) @p
;---
(_ (_) @a (_) @b (_) @c) @p
;---
(_ (_)* @a (_)* @b)
;---
((_)* @a . (ERROR) @e . (_)* @b)
;---
(ERROR (ERROR) @inner) @outer
;---
(ERROR _ @a . _ @b)
;---
((ERROR) @e . _ @next)
;---
(_ _ @a _? @b . _ @c .)
;---
(MISSING _) @m
;---
((_) @x @y (_)? @x)
;---
(_) @a
;---
(_ (_)) @b
;---
(_ (_ (_))) @c
