"""Byte streams and tree models of docs/formats/tree.md, written from that page alone."""
from span_rules import Rule

SCALE = 16384
WITH_LENGTH = {0, 8, 9, 12}
SETS_OF = {3: 1, 4: 1, 12: 3}


def need(condition, what):
    if not condition:
        raise ValueError(what)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, size):
        need(size <= len(self.data) - self.at, "bytes end early")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size):
        return int.from_bytes(self.raw(size), "little")

    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                need(value < 1 << 64, "a varint is too long")
                return value
        raise ValueError("a varint is too long")

    def zigzag(self):
        return unzigzag(self.varint())

    def at_end(self):
        return self.at == len(self.data)


def unzigzag(value):
    return -(value >> 1) - 1 if value & 1 else value >> 1


class Rans:
    def __init__(self, data):
        need(len(data) >= 4 and len(data) % 2 == 0, "a stream of no size")
        self.words = Reader(data)
        self.state = self.words.number(4)
        need(self.state >= 65536, "a stream begins wrongly")

    def take(self, code):
        """`code` gives for a slot (what it stands for, start, frequency)."""
        slot = self.state & (SCALE - 1)
        symbol, start, frequency = code.find(slot)
        self.state = frequency * (self.state >> 14) + slot - start
        if self.state < 65536:
            self.state = self.state << 16 | self.words.number(2)
        return symbol

    def done(self):
        need(self.words.at_end() and self.state == 65536, "a stream ends wrongly")


class Code:
    """Symbols side by side on the scale, in the given order."""

    def __init__(self, parts):
        self.slots = [None] * SCALE
        start = 0
        for symbol, frequency in parts:
            need(start + frequency <= SCALE, "frequencies add up to too much")
            for slot in range(start, start + frequency):
                self.slots[slot] = (symbol, start, frequency)
            start += frequency
        need(start == SCALE, "frequencies add up to too little")

    def find(self, slot):
        return self.slots[slot]


def lazy(parts):
    """A code that is made when it is asked for the first time: few are, and each takes a while."""
    made = []

    def get():
        if not made:
            made.append(Code(parts))
        return made[0]

    return get


def scale(counts):
    total = sum(counts)
    scaled = [max(1, int(count / total * SCALE + 0.5)) if count else 0 for count in counts]
    while sum(scaled) != SCALE:
        largest = scaled.index(max(scaled))
        if sum(scaled) < SCALE:
            scaled[largest] += SCALE - sum(scaled)
        else:
            scaled[largest] -= min((scaled[largest] - 1) // 2 + 1, sum(scaled) - SCALE)
    return scaled


class Tag:
    def __init__(self, packed):
        need(packed < 1 << 20, "a tag is too large")
        self.packed, self.symbol = packed, packed >> 4
        self.extra, self.leaf = bool(packed & 8), bool(packed & 4)
        self.missing, self.external = bool(packed & 2), bool(packed & 1)


class Shape:
    def __init__(self, production, children):
        self.production, self.children = production, children
        self.holes = [i for i, tag in enumerate(children) if not tag.leaf]
        self.tables = [None] * len(children)  # by child


class Model:
    def __init__(self, data, symbols):
        self.reader = reader = Reader(data)
        need(reader.raw(4) == b"CSPM", "not a model")
        version = reader.number(4)
        need(version in (1, 2), "a model of another version")
        self.grammar = reader.raw(32)
        self.learnt_nodes = reader.varint()
        self.read_rules(symbols)
        self.shapes = [self.read_shape() for _ in range(reader.varint())]
        self.tables = [[reader.varint() for _ in range(reader.varint())] for _ in range(reader.varint())]
        self.tag_tables = {}
        for _ in range(reader.varint()):
            packed = reader.varint()
            self.tag_tables[packed] = reader.varint()
        for shape in self.shapes:
            for hole in shape.holes:
                coded = reader.varint()
                shape.tables[hole] = coded - 1 if coded else self.table_of(shape.children[hole])
        self.loose, self.contexts = [], {}
        if version == 1:
            self.assume()
        else:
            self.loose = [reader.varint() for _ in range(reader.varint())]
            self.numbers = [lazy(list(enumerate([reader.varint() for _ in range(256)]))) for _ in range(16)]
            self.macros = [self.read_macros(table) for table in range(len(self.tables))]
            self.read_contexts()
        need(reader.at_end(), "bytes behind the model")

    def read_rules(self, symbols):
        reader = self.reader
        sets = []
        for _ in range(reader.varint()):
            bits = reader.raw(32)
            sets.append(frozenset(b for b in range(256) if bits[b // 8] >> b % 8 & 1))
        self.rules = []
        for _ in range(symbols + 2):
            kinds = reader.number(1)
            size = kinds & 15 | (kinds >> 6 & 1) << 4
            padding = kinds >> 4 & 3 | kinds >> 7 << 2
            length = reader.varint() if size in WITH_LENGTH else 0
            first = reader.varint() if size in SETS_OF else 0
            self.rules.append(Rule(padding, size, length, sets[first : first + SETS_OF.get(size, 0)]))

    def read_shape(self):
        production = self.reader.varint()
        return Shape(production, [Tag(self.reader.varint()) for _ in range(self.reader.varint())])

    def table_of(self, tag):
        return self.tag_tables.get(tag.packed)

    def tag_of(self, number):
        """None for 0."""
        if number == 0:
            return None
        if number <= len(self.loose):
            return Tag(self.loose[number - 1])
        return Tag(number - 1 - len(self.loose))

    def read_macros(self, table):
        reader = self.reader
        escape = reader.varint()
        found = []  # (frequency, shapes)
        levels = []  # of the path: its shapes, its open holes' tables, whether a sibling follows
        more, path, holes = bool(reader.number(1)), [], [table]
        while True:
            if not more:
                if not levels:
                    break
                path, holes, more = levels.pop()
                continue
            coded = reader.varint()
            need(holes and holes[0] is not None and len(path) < 24, "a path goes on at no hole")
            shape = self.tables[holes[0]][coded >> 3]
            levels.append((path, holes, bool(coded & 1)))
            path = path + [shape]
            holes = [self.shapes[shape].tables[i] for i in self.shapes[shape].holes] + holes[1:]
            if coded & 4:
                found.append((reader.varint(), path))
            more = bool(coded & 2)
        found.sort(key=lambda macro: -macro[0])
        code = lazy([(i + 1, frequency) for i, (frequency, _) in enumerate(found)] + [(0, escape)])
        return [shapes for _, shapes in found], code

    def read_contexts(self):
        reader = self.reader
        self.own = []
        for table in self.tables:
            none = reader.varint()
            self.own.append(self.context([(shape, reader.varint()) for shape in table], none))
        table = 0
        for _ in range(reader.varint()):
            table += reader.varint()
            key, none = reader.number(4), reader.varint()
            choices = []
            for _ in range(reader.varint()):
                rank = reader.varint()
                choices.append((self.tables[table][rank], reader.varint()))
            self.contexts.setdefault((table, key), self.context(choices, none))

    @staticmethod
    def context(choices, none):
        return lazy(sorted(choices, key=lambda choice: -choice[1]) + [(None, none)])

    def assume(self):
        """What a version-1 model stands for in version 2."""
        self.numbers = [lazy([(byte, 64) for byte in range(256)])] * 16
        self.macros, self.own = [], []
        for table in self.tables:
            weights = [1] + [1 + SCALE // (rank + 1) for rank in range(len(table))]
            own = scale(weights)
            self.own.append(self.context(list(zip(table, own[1:])), own[0]))
            codes = scale(weights[:256])
            parts = [(rank + 1, codes[rank + 1]) for rank in range(len(codes) - 1)] + [(0, codes[0])]
            self.macros.append(([[shape] for shape in table[:255]], lazy(parts)))
