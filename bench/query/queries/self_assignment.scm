; title: what is assigned to itself
; about: equal texts of two nodes, wildcards: pruning cannot help
(assignment_expression
  left: (_) @left
  operator: "="
  right: (_) @right
  (#eq? @left @right)) @assignment
