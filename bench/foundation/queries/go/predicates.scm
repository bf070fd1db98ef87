; Formatted printing, and what is printed how.
(call_expression
  function: (selector_expression
    operand: (identifier) @package
    field: (field_identifier) @function)
  arguments: (argument_list . (interpreted_string_literal) @format)
  (#eq? @package "fmt")
  (#match? @function "^(Print|Sprint|Error)f$"))
