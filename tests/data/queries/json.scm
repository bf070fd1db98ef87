(_value) @v
;---
(pair key: (string (string_content) @k) value: [(object) (array)] @v)
;---
(array . (_) @first (_)* @middle (_) @last .)
;---
(object (pair)+ @p)
;---
(object (pair value: (number) @a) (pair value: (number) @b))
;---
(array (array (array (array (_) @deep))))
;---
(array . (_)? @first ("," . (_) @more)* . "]")
;---
(object (pair key: (string (string_content) @k) value: [(number) (string) (null)]+ @v)*) @o
;---
(object (pair)? @a . ","? . (pair)? @b . "}")
;---
(pair [key: (_) @x value: (_) @x])
;---
(_value) @v
;---
(_value/number) @n
;---
(array ((_) @a . "," . (_) @b)*)
;---
((pair) @a . "," . (pair) @b . ","? @c)
;---
(array (array (array (_)* @deep)? @c)* @b) @a
;---
(string . "\"" . (_)* @s . "\"" .)
