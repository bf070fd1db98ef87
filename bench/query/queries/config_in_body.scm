; title: a configuration that decides in the middle of a function
; about: preprocessor, the start of a word
(compound_statement
  (preproc_ifdef
    name: (identifier) @option
    (#match? @option "^CONFIG_")) @block)
