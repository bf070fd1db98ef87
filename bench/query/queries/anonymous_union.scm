; title: unions without a name in structs
; about: negated fields, deep nesting
(struct_specifier
  name: (type_identifier) @struct
  body: (field_declaration_list
    (field_declaration
      type: (union_specifier !name body: (_))
      !declarator) @member))
