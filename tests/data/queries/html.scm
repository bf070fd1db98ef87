(element (start_tag (tag_name) @n (attribute (attribute_name) @a [(attribute_value) (quoted_attribute_value)]? @v)*) (_)* @c (end_tag)? @e) @el
;---
(element (start_tag (tag_name) @open) (end_tag (tag_name) @close) (#not-eq? @open @close))
;---
(element (element (element (element) @d)))
;---
(script_element (raw_text) @s)
;---
(start_tag "<" . (tag_name) @n . (attribute)? @a)
;---
(element (start_tag (tag_name) @n (attribute (attribute_name) @a (_)? @v)*) (_)* @c (end_tag)? @e)
;---
(element (start_tag) . (_)? @first . (_)* @rest . (end_tag))
;---
(attribute (attribute_name) @n (quoted_attribute_value (attribute_value)? @v)?)
;---
[(start_tag) (self_closing_tag) (end_tag) (erroneous_end_tag)] @t
;---
(document (_) @a . (_) @b)
;---
((element) @a . (text)? @t . (element) @b)
;---
(element (element (element)* @c)+ @b) @a
