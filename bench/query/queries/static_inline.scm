; title: static inline functions
; about: siblings next to one another, texts in nearly every file
(function_definition
  (storage_class_specifier) @first
  . (storage_class_specifier) @second
  declarator: (function_declarator declarator: (identifier) @name)
  (#eq? @first "static")
  (#eq? @second "inline"))
