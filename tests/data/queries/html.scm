(element (start_tag (tag_name) @n (attribute (attribute_name) @a [(attribute_value) (quoted_attribute_value)]? @v)*) (_)* @c (end_tag)? @e) @el
;---
(element (start_tag (tag_name) @open) (end_tag (tag_name) @close) (#not-eq? @open @close))
;---
(element (element (element (element) @d)))
;---
(script_element (raw_text) @s)
;---
(start_tag "<" . (tag_name) @n . (attribute)? @a)
