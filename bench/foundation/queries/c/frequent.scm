; Every call.
(call_expression function: (_) @callee)
