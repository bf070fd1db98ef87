; title: every identifier
; about: the most frequent kind; counted, not written
; identifier: yes
(identifier) @name
