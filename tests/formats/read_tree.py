#!/usr/bin/env python3
"""Reads stored trees as docs/formats/tree.md says; written from that page alone, with nothing of copse's own.

Usage: read_tree.py <symbols of the grammar> <model> <source> <tree>     prints the nodes
       read_tree.py --check <folder of golden files>...                  compares them with nodes.txt

One line a node: symbol, `p` and the production of an internal node, the flags e (extra), m (missing) and x (external),
and then start+size of a leaf, or start and `n` nodes in the subtree; `c` and the character of a leaf ERROR.
"""
import pathlib
import sys

from span_rules import Spans
from tree_model import Model, Rans, Reader, Shape, Tag, need, unzigzag

ERROR = 0xFFFF


class Node:
    def __init__(self, tag, production=None):
        self.tag, self.production = tag, production
        self.start = self.size = self.lookahead = None

    def __str__(self):
        flags = "e" * self.tag.extra + "m" * self.tag.missing + "x" * self.tag.external
        parts = [str(self.tag.symbol), flags, f"{self.start}+{self.size}"]
        if not self.tag.leaf:
            parts = [str(self.tag.symbol), f"p{self.production}", flags, str(self.start), f"n{self.size}"]
        if self.lookahead is not None:
            parts.append(f"c{self.lookahead}")
        return " ".join(part for part in parts if part)


def read_exceptions(number, more):
    """number(role) gives the next number, more(count so far) says whether an exception follows."""
    exceptions = []
    while more(len(exceptions)):
        coded = number(3)
        padding = number(4) if coded & 2 else None
        size = number(5) if coded & 1 else None
        exceptions.append((coded >> 2, padding, size))
    return exceptions


class BytecodeStream:
    """Where a walk hears of shapes and tags; so are the two below."""

    def __init__(self, model, payload, last):
        self.model, self.last = model, last
        reader = Reader(payload)
        opcodes, spans = reader.varint(), reader.varint()
        self.opcodes, spans = Reader(reader.raw(opcodes)), Reader(reader.raw(spans))
        self.exceptions = read_exceptions(lambda role: spans.varint(), lambda count: not spans.at_end())
        self.lookaheads = []
        while not reader.at_end():
            self.lookaheads.append(reader.zigzag())

    def shape(self, table, spans):
        """The shapes of a macro, or the production of a list."""
        opcode = self.opcodes.number(1) if table is not None else 0
        if opcode:
            return self.model.macros[table][0][opcode - 1]
        coded = self.opcodes.varint()
        return [coded - 1] if coded else Shape(self.opcodes.varint(), [])

    def tag(self):
        return self.model.tag_of(self.opcodes.varint())

    def over(self):
        """Whether nothing more is to be heard in this block. Asked when all its nodes are there."""
        return not self.last and self.opcodes.at_end()

    def done(self):
        need(self.opcodes.at_end(), "opcodes behind the tree")


class FrozenStream:
    def __init__(self, model, payload, last, operations):
        self.model, self.rans = model, Rans(payload)
        self.left = None if last else operations

    def number(self, role):
        value = shift = 0
        while True:
            byte = self.rans.take(self.model.numbers[2 * role + (1 if shift else 0)]())
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            need(shift < 70, "a number is too long")

    def read_side_streams(self):
        count = self.number(7)
        self.exceptions = read_exceptions(self.number, lambda read: read < count)
        self.lookaheads = [unzigzag(self.number(6)) for _ in range(self.number(7))]

    def operation(self):
        if self.left is not None:
            self.left -= 1

    def stated_shape(self):
        coded = self.number(0)
        return [coded - 1] if coded else Shape(self.number(1), [])

    def tag(self):
        tag = self.model.tag_of(self.number(2))
        if tag is None or tag.leaf:
            self.operation()
        return tag

    def over(self):
        return self.left == 0


class FastStream(FrozenStream):
    def shape(self, table, spans):
        self.operation()
        opcode = self.rans.take(self.model.macros[table][1]()) if table is not None else 0
        return self.model.macros[table][0][opcode - 1] if opcode else self.stated_shape()

    def done(self):
        need(self.left in (None, 0), "operations are missing")
        self.read_side_streams()
        self.rans.done()


class SmallStream(FrozenStream):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.read_side_streams()

    def shape(self, table, spans):
        self.operation()
        if table is not None:
            near, far = source_keys(spans.source, spans.position)
            known = [self.model.contexts.get((table, key)) for key in (far, near)]
            for context in [*known, self.model.own[table]]:
                shape = self.rans.take(context()) if context else None
                if shape is not None:
                    return [shape]
        return self.stated_shape()

    def done(self):
        need(self.left in (None, 0), "operations are missing")
        self.rans.done()


def kind(byte):
    if 0x61 <= byte <= 0x7A:
        return 1
    if 0x41 <= byte <= 0x5A:
        return 2
    if byte == 0x5F or byte >= 0x80:
        return 3
    return 4 if 0x30 <= byte <= 0x39 else 0


def source_keys(source, at):
    def byte(place):
        return source[place] if place < len(source) else 0

    limit = min(at + 4096, len(source))
    while at < limit and source[at] in b" \t\r\n":
        at += 1
    first = byte(at)
    if kind(first) == 0:
        near = first | byte(at + 1) << 8
        return near, 0x40000000 | near | byte(at + 2) << 16
    value = 0
    limit = min(at + 32, len(source))
    while at < limit and kind(source[at]):
        value = (value ^ source[at]) * 0x01000193 & 0xFFFFFFFF
        value ^= value >> 15
        at += 1
    limit = min(at + 4096, len(source))
    while at < limit and source[at] in b" \t":
        at += 1
    behind = 1 if kind(byte(at)) else byte(at)
    value = (value ^ behind) * 0x01000193 & 0xFFFFFFFF
    near = 0x80000000 | kind(first) << 8 | behind
    return near, 0xC0000000 | (value ^ value >> 13) & 0x3FFFFFFF


class Level:
    """An open node: its shape, or its list, and the child that comes next."""

    def __init__(self, node, shape, is_list, next_child=0):
        self.node, self.shape, self.is_list, self.next_child = node, shape, is_list, next_child


class Walk:
    """The nodes of one block, put behind those of the blocks before."""

    def __init__(self, model, stream, spans, nodes, end):
        self.model, self.stream, self.spans, self.nodes, self.end = model, stream, spans, nodes, end
        self.levels, self.macro = [], []

    def run(self, root):
        if root is not None:
            self.add(root, self.model.table_of(root))
        while self.levels:
            level, full = self.levels[-1], len(self.nodes) == self.end
            if level.is_list:
                if full and self.stream.over():
                    break
                tag = self.stream.tag()
                if tag is None:
                    self.close()
                else:
                    need(not full, "more nodes than stated")
                    self.add(tag, None if tag.leaf else self.model.table_of(tag))
            elif level.next_child == len(level.shape.children):
                self.close()
            elif full:
                break
            else:
                child = level.next_child
                level.next_child += 1
                self.add(level.shape.children[child], level.shape.tables[child])
        need(len(self.nodes) == self.end and not self.macro, "other nodes than stated")

    def close(self):
        level = self.levels.pop()
        size = len(self.nodes) - level.node
        need(self.nodes[level.node].size in (None, size), "a spine that is not the blocks'")
        self.nodes[level.node].size = size

    def add(self, tag, table):
        node = Node(tag)
        self.nodes.append(node)
        if tag.leaf:
            if self.spans:
                node.start, node.size = self.spans.leaf(tag.symbol, tag.missing)
            return
        if not self.macro:
            heard = self.stream.shape(table, self.spans)
            if isinstance(heard, Shape):
                node.production = heard.production
                self.levels.append(Level(len(self.nodes) - 1, heard, True))
                return
            self.macro = list(heard)
        shape = self.model.shapes[self.macro.pop(0)]
        node.production = shape.production
        self.levels.append(Level(len(self.nodes) - 1, shape, False))


def read_tree(model, source, data):
    version = data[0] & 15
    need(version == 2 or data[0] == 1, "a tree of another version")
    nodes = read_version_1(model, source, data) if version == 1 else read_version_2(model, source, data)
    start = None
    for node in reversed(nodes):
        start = node.start if node.tag.leaf else start
        need(node.tag.leaf or node.start in (None, start), "a spine that is not the blocks'")
        node.start = start
    return nodes


def give_lookaheads(nodes, lookaheads):
    errors = [node for node in nodes if node.tag.leaf and node.tag.symbol == ERROR]
    need(len(errors) == len(lookaheads), "more lookaheads than leaf ERRORs, or fewer")
    for node, lookahead in zip(errors, lookaheads):
        node.lookahead = lookahead


class Block:
    def __init__(self, begin, levels):
        self.begin, self.levels = begin, levels
        self.operations = self.payload = None


class SpineLevel:
    def __init__(self, reader, above):
        self.node = (above.node if above else 0) + reader.varint()
        self.start = (above.start if above else 0) + reader.varint()
        self.size, tag, shape = reader.varint(), reader.varint(), reader.varint()
        self.tag, self.production = Tag(tag >> 16 << 4 | tag & 8), tag >> 4 & 0xFFF
        self.shape = shape - 1 if shape else None
        self.next_child = reader.varint()

    def moved(self, steps):
        level = SpineLevel.__new__(SpineLevel)
        level.__dict__ = {**self.__dict__, "next_child": self.next_child + steps}
        return level


def read_jump_table(reader, count, source):
    blocks, sizes, levels, row = [Block(0, [])], [], [], 0
    for _ in range(count - 1):
        before = blocks[-1]
        begin = before.begin + reader.varint()
        row += reader.varint()
        need(row == source.count(b"\n", 0, begin), "rows that are not the source's")
        before.operations = reader.varint()
        sizes.append(reader.varint())
        reader.number(4)  # checksum of that payload
        levels = levels[: reader.varint()]
        if levels:
            levels[-1] = levels[-1].moved(reader.varint())
        for _ in range(reader.varint()):
            levels.append(SpineLevel(reader, levels[-1] if levels else None))
        blocks.append(Block(begin, list(levels)))
    if count > 1:
        reader.raw(4 + 8)  # checksums of the last payload, and of all before
    for block, size in zip(blocks, sizes):
        block.payload = reader.raw(size)
    blocks[-1].payload = reader.raw(len(reader.data) - reader.at)
    return blocks


def read_version_2(model, source, data):
    reader = Reader(data)
    head = reader.number(1)
    count = reader.varint()
    root = Tag(reader.varint()) if head & 0x80 else model.tag_of(1)
    block_nodes = reader.varint() if head & 0x40 else count
    blocks = read_jump_table(reader, -(-count // block_nodes), source)
    nodes = []
    for i, block in enumerate(blocks):
        last = i + 1 == len(blocks)
        end = len(source) if last else blocks[i + 1].begin
        need(all(level.node < len(nodes) for level in block.levels), "a spine of nodes to come")
        read_block(model, source[:end], block, head >> 4 & 3, last, nodes, min((i + 1) * block_nodes, count), root)
        need(last or len(blocks[i + 1].levels) > 0, "a block with nothing open")
    return nodes


def read_block(model, source, block, form, last, nodes, end, root):
    first = len(nodes)
    if form == 0:
        stream = BytecodeStream(model, block.payload, last)
    else:
        stream = (FastStream, SmallStream)[form - 1](model, block.payload, last, block.operations)
    spans = None
    if form == 2:
        spans = Spans(model.rules, source, block.begin, len(source), stream.exceptions)
    walk = Walk(model, stream, spans, nodes, end)
    for level in block.levels:
        node = nodes[level.node]
        need(node.tag.packed == level.tag.packed and node.production == level.production, "another node in the spine")
        node.size, node.start = level.size, level.start
        shape = model.shapes[level.shape] if level.shape is not None else Shape(level.production, [])
        walk.levels.append(Level(level.node, shape, level.shape is None, level.next_child))
    walk.run(None if block.levels else root)
    stream.done()
    if not spans:
        spans = Spans(model.rules, source, block.begin, len(source), stream.exceptions)
        for node in nodes[first:]:
            if node.tag.leaf:
                node.start, node.size = spans.leaf(node.tag.symbol, node.tag.missing)
    spans.done()
    need(last or spans.position == len(source), "a block that ends elsewhere")
    give_lookaheads(nodes[first:], stream.lookaheads)


class Version1Stream:
    def __init__(self, model, opcodes, shapes):
        self.model, self.opcodes, self.exceptions = model, Reader(opcodes), Reader(shapes)
        self.local = []
        self.gap = None if self.exceptions.at_end() else self.exceptions.varint()

    def shape(self, table, spans):
        if self.gap == 0:
            coded = self.exceptions.varint()
            if coded == 0:
                shape = Shape(self.exceptions.varint(), self.read_tags())
                shape.tables = [None if tag.leaf else self.model.table_of(tag) for tag in shape.children]
                self.model.shapes.append(shape)
                coded = len(self.model.shapes)
            self.gap = None if self.exceptions.at_end() else self.exceptions.varint()
            return [coded - 1]
        if self.gap is not None:
            self.gap -= 1
        shapes = self.model.tables[table]
        return [shapes[self.opcodes.number(1) if len(shapes) > 1 else 0]]

    def read_tags(self):
        return [Tag(self.exceptions.varint()) for _ in range(self.exceptions.varint())]

    def done(self):
        need(self.opcodes.at_end() and self.gap is None, "a stream is longer than the tree")


def read_version_1(model, source, data):
    reader = Reader(data)
    need(reader.number(1) == 1, "another version")
    count, root = reader.varint(), Tag(reader.varint())
    sizes = [reader.varint() for _ in range(4)]
    opcodes, shapes, exceptions, lookaheads = [reader.raw(size) for size in sizes]
    need(reader.at_end(), "bytes behind the streams")
    exceptions, lookaheads = Reader(exceptions), Reader(lookaheads)
    stated = read_exceptions(lambda role: exceptions.varint(), lambda read: not exceptions.at_end())
    spans = Spans(model.rules, source, 0, len(source), stated)
    stream = Version1Stream(model, opcodes, shapes)
    nodes = []
    known = len(model.shapes)
    Walk(model, stream, spans, nodes, count).run(root)
    del model.shapes[known:]
    stream.done()
    spans.done()
    values = []
    while not lookaheads.at_end():
        values.append(lookaheads.zigzag())
    give_lookaheads(nodes, values)
    return nodes


def listing(model, source, tree):
    return [str(node) for node in read_tree(model, source, tree)]


def check(folder):
    """Compares every golden tree of a folder with what the library says of it. Returns what differs."""
    expected = (folder / "nodes.txt").read_text(encoding="ascii").splitlines()
    symbols = int(expected[0].split()[0])
    (source_file,) = folder.glob("source.*")
    source = source_file.read_bytes()
    models = {file.stem[-1]: Model(file.read_bytes(), symbols) for file in folder.glob("model_v*.bin")}
    wrong = []
    trees = sorted(folder.glob("tree_v*.bin"))
    for file in trees:
        # tree_v<its version>_<form>.bin; one that ends in by_v1 goes with the other version's model.
        version = "1" if file.stem.endswith("by_v1") else file.stem[len("tree_v")]
        try:
            found = listing(models[version], source, file.read_bytes())
        except (ValueError, IndexError, KeyError) as error:
            wrong.append(f"{file}: {error!r}")
            continue
        if found != expected[1:]:
            pairs = zip([*found, "nothing"], [*expected[1:], "nothing"])
            number, pair = next((i, pair) for i, pair in enumerate(pairs, 1) if pair[0] != pair[1])
            wrong.append(f"{file}: node {number} is {pair[0]}, not {pair[1]}")
    if len(trees) < 9 or len(models) != 2:
        wrong.append(f"{folder}: golden files are missing")
    return wrong


def main(arguments):
    if arguments[:1] == ["--check"]:
        wrong = [line for folder in arguments[1:] for line in check(pathlib.Path(folder))]
        print("\n".join(wrong) or f"{len(arguments) - 1} folders of golden files read")
        return bool(wrong)
    if len(arguments) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    model, source, tree = (pathlib.Path(name).read_bytes() for name in arguments[1:])
    print("\n".join(listing(Model(model, int(arguments[0])), source, tree)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
