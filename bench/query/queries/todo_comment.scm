; title: comments that leave something to do
; about: comments, a free regular expression
; whole: yes
((comment) @comment
  (#match? @comment "TODO|FIXME|XXX"))
