; title: the names of allocators, wherever they stand
; about: an anchored regular expression over the most frequent kind
((identifier) @name
  (#match? @name "^(k|v|kv)[mz]alloc$"))
