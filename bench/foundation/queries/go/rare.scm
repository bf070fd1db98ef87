; Jumps by hand: a thousand in two million lines.
(goto_statement (label_name) @label)
