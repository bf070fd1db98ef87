; title: what the parser did not understand
; about: ERROR and MISSING, alternation
[(ERROR) (MISSING)] @wrong
