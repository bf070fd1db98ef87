; title: the size of a pointer
; about: kinds and fields alone
(sizeof_expression
  type: (type_descriptor
    type: (_) @type
    declarator: (abstract_pointer_declarator))) @sizeof
