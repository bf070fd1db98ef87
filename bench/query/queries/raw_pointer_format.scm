; title: string literals that print a pointer as it is
; about: a free regular expression without a word in it: pruning cannot help
((string_literal (string_content) @text) @string
  (#match? @text "%px?([^a-zA-Z]|$)"))
