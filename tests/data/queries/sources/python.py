#!/usr/bin/env python
"""Module documentation."""
from __future__ import annotations
import os, sys as system
from .local import (a, b as c,)
from . import *

@decorator(1, key="v")
class Thing(Base, metaclass=Meta):
    """Doc."""
    x: int = 3
    CONSTANT, other = 1, 2

    @property
    async def method(self, a, /, b: int = 1, *args, c=None, **kwargs) -> dict[str, int]:
        # A comment
        if a is not None and b not in (1, 2) or not c:
            return {**kwargs, "k": [y for x in range(10) if x % 2 for y in x], 'z': {1, 2}}
        elif (n := len(args)) > 3:
            yield from args
        else:
            pass
        try:
            with open(a) as f, lock:
                print(f"text {a!r:>{b}} {{}} {self.x['k']}", *args, sep='')
        except (ValueError, KeyError) as e:
            raise RuntimeError("bad") from e
        finally:
            del a[1:2, ...], b.c
        for i, (j, k) in enumerate(z): continue
        while True: break
        match command.split():
            case ["go", direction] | [direction] if direction: pass
            case {"a": 1, **rest} | Point(x=0): pass
            case _: pass
        return lambda p, *q: (p, *q)

global_value = 0x1F + 1_000j if x else ~-+3 ** 2
deep = ((((((((1,), ), ), ), ), ), ), )
assert x < y <= z, "message"
def broken(a, b:
    return a +
class
x = [1, 2
print "old style"
def after(): return f(1)(2)(3)
