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
