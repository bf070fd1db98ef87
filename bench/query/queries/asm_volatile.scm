; title: volatile assembly with clobbers
; about: a rare kind
(gnu_asm_expression
  (gnu_asm_qualifier) @qualifier
  clobbers: (gnu_asm_clobber_list (_) @clobber)
  (#match? @qualifier "^(__)?volatile(__)?$")
  (#eq? @clobber "\"memory\""))
