; title: which function probes a device
; about: fields, one text
(initializer_pair
  designator: (field_designator (field_identifier) @field)
  value: (identifier) @function
  (#eq? @field "probe")) @pair
