(_) @node
;---
_ @any
;---
(ERROR) @error
;---
(ERROR (_) @inside) @error
;---
(ERROR . (_) @first)
;---
(ERROR (_) @last .)
;---
(_ (ERROR) @error) @parent
;---
(MISSING) @missing
;---
(MISS) @prefix_of_missing
;---
(ERR) @prefix_of_error
;---
(_ (MISSING) @missing) @parent
;---
(_ . (_) @first)
;---
(_ (_) @last .)
;---
(_ . (_) @only .)
;---
(_ . _ @first)
;---
(_ _ @last .)
;---
(_ . _ @only .)
;---
(_ (_) @a . (_) @b)
;---
(_ _ @a . _ @b)
;---
(_ (_) @a . _ @b)
;---
(_ . (_) @a . (_) @b .)
;---
((_) @a . (_) @b)
;---
((_) @a (_) @b)
;---
(_ (_) @a (_) @b) @p
;---
(_ (_ (_ (_) @d) @c) @b) @a
;---
(_ (_)* @all) @parent
;---
(_ (_)+ @some) @parent
;---
(_ (_)? @one) @parent
;---
(_ . (_)* @all .) @parent
;---
(_ . (_) @first (_)* @rest) @parent
;---
((_)+ @siblings)
;---
(_) @a @b @c
;---
(_ (_) @a @b) @c
;---
[(_) _] @both
;---
[(ERROR) (MISSING)] @bad
;---
(_ [(ERROR) (MISSING)] @bad) @parent
;---
(_ [(_ (_) @deep) (_) @flat])
;---
((_) @a . [(_ . (_) @x) _ @y])
;---
(_ ((_) @a . (_) @b)+)
;---
(_ ((_) @a (_) @b)?) @p
;---
(_ (_ . (_) @x .)? @y) @z
;---
(_) @one
_ @two
(ERROR) @three
((_) @four . (_) @five)
;---
(_ "(" @open (_)* @inside ")" @close) @whole
;---
(_ "(" . (_) @first)
;---
(_ (_) @last . ")")
;---
"," @comma
;---
["," ";" "(" ")" "{" "}" "[" "]"] @punctuation
;---
(_ "," @comma . (_) @after)
;---
(_ (_) @before . ",")
;---
(comment) @comment
;---
((comment)+ @comments . (_) @next)
;---
((comment)* @comments . (_) @next)
;---
((comment) @comment (#match? @comment "[Cc]omment"))
;---
((_) @a (#eq? @a "1"))
;---
((_) @a (#not-eq? @a "1") (#match? @a "^[0-9]+$"))
;---
((_) @a . (_) @b (#eq? @a @b))
;---
(_ (_)* @a (_) @b (#eq? @a @b))
;---
(_ (_)+ @a (#any-eq? @a "1"))
;---
(_ (_)+ @a (#any-not-eq? @a "1") (#not-match? @a "x"))
;---
((_) @a (#any-of? @a "1" "2" "x" "GFP_ATOMIC"))
;---
((_) @a (#not-any-of? @a "1" "2" "x" "GFP_ATOMIC") (#match? @a "^[A-Za-z0-9_]+$"))
;---
((_) @a (#set! key "value") (#is? local) (#is-not? @a other) (#unknown? @a "x") (#strip! @a "y"))
;---
(_ !nosuchfield) @bad
;---
(nosuchnode) @bad
;---
"no such token" @bad
;---
nosuchfield: (_) @bad
;---
((_) @a (#eq? @nosuchcapture "x"))
;---
((_) @a
;---
(_ . )
;---
(_)) @x
;---
((_) @a (#eq? @a "unterminated))
;---
[] @x
;---
()
;---
(_ @x
;---
@x
;---
(_) @
;---
(_ (_) . . (_))
;---
(_)? @maybe
;---
(_)* @many
;---
; only a comment
;---
(_) @a ; comment at the end
;---
(_
  ; comment inside
  (_) @a) @b
;---
(_)+? @x
;---
((((((_) @a))))) @b
;---
(_/x) @bad
