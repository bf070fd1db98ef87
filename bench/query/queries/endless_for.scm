; title: loops without an end
; about: negated fields
; whole: yes
(for_statement !initializer !condition !update) @loop
