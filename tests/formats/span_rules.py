"""Where leaves lie: the span rules of docs/formats/tree.md, written from that page alone."""

REACH = 65536
PLACES = 32
BLANK = frozenset(b" \t\f\v")
WHITE = BLANK | frozenset(b"\r\n")
DIGIT = frozenset(b"0123456789")
LETTER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
WORD = LETTER | DIGIT | frozenset(b"_$") | frozenset(range(0x80, 0x100))
NUMBER = LETTER | DIGIT | frozenset(b"_.")
HEX = DIGIT | frozenset(b"abcdefABCDEF")
OCTAL = frozenset(b"01234567")
QUOTES = frozenset(b"\"'`")


class Rule:
    def __init__(self, padding, size, length, sets):
        self.padding, self.size, self.length, self.sets = padding, size, length, sets


class OpenString:
    def __init__(self, quote=0, count=0, hashes=0, letters=b""):
        letters = letters.lower()
        self.quote, self.count, self.hashes = quote, count, hashes
        self.raw = b"r" in letters
        self.format = b"f" in letters or b"t" in letters
        self.bytes = b"b" in letters
        self.close = bytes([quote]) * count + b"#" * hashes


def run(text, at, end, members):
    while at < end and text[at] in members:
        at += 1
    return at


def find(text, what, at, end):
    found = text.find(what, at, end)
    return end if found < 0 else found


def padding_end(kind, text, at, end):
    if kind == 1:
        return run(text, at, end, BLANK)
    if kind == 2:
        return run(text, at, end, WHITE)
    if kind == 4:
        return run(text, at, end, frozenset(b"\r\n"))
    while kind == 3:
        at = run(text, at, end, WHITE)
        rest = text[at : min(at + 3, end)]
        if rest.startswith(b"\\\n"):
            at += 2
        elif rest.startswith(b"\\\r\n"):
            at += 3
        else:
            return at
    return at


def comment_end(text, at, end):
    if end - at < 4:
        return end
    close = text.find(b"*/", at + 2, end)
    return end if close < 0 else close + 2


def nested_close(text, at, end):
    depth = 1
    while at < end:
        pair = text[at : min(at + 2, end)]
        if pair == b"*/":
            depth -= 1
            if depth == 0:
                return at
        elif pair == b"/*":
            depth += 1
        at += 2 if pair in (b"*/", b"/*") else 1
    return end


def quoted_end(text, at, end):
    if at == end:
        return end
    quote, at = text[at], at + 1
    while at < end and text[at] != quote:
        at += 2 if text[at] == ord("\\") and end - at > 1 else 1
    return min(at + 1, end)


def number_end(text, at, end):
    begin = at
    while at < end:
        sign = text[at] in b"+-" and at > begin and text[at - 1] in b"eEpP"
        if text[at] not in NUMBER and not sign:
            break
        at += 1
    return at


def line_end(flags, text, begin, end):
    if flags & 32 and text[begin : min(begin + 2, end)] == b"/*":
        if not flags & 64:
            return comment_end(text, begin, end)
        close = nested_close(text, begin + 2, end)
        return end if close == end else close + 2
    line = find(text, b"\n", begin, end)
    while flags & 1 and line < end:
        if not text[begin:line].endswith((b"\\", b"\\\r")):
            break
        line = find(text, b"\n", line + 1, end)
    stop = line
    for bit, what in ((2, b"\r"), (4, b"/*"), (16, b"?>")):
        if flags & bit:
            stop = find(text, what, begin, stop)
    return stop + 1 if flags & 8 and stop == line and stop < end else stop


def escape_end(length, text, at, end):
    at = run(text, at, end, WHITE)
    if end - at < 2:
        return end
    escaped, behind = text[at + 1], at + 2
    if escaped in b"xuUN":
        if behind < end and text[behind] == ord("{"):
            close = text.find(b"}", behind, min(behind + 128, end))
            if close >= 0:
                return close + 1
        most = {"x": length & 15, "u": 4, "U": 8, "N": 0}[chr(escaped)]
        return run(text, behind, min(behind + most, end), HEX)
    if escaped in OCTAL and length >> 4:
        return run(text, at + 1, min(at + 1 + (length >> 4), end), OCTAL)
    if escaped == ord("\r"):
        return behind + 1 if behind < end and text[behind] == ord("\n") else behind
    return behind if escaped < 0xC0 else run(text, behind, end, range(0x80, 0xC0))


def text_end(rule, text, begin, end):
    at = begin
    stopped = False
    while at < end:
        if rule.length & 4 and text[at] == ord("\\") and end - at > 1:
            at += 2
            continue
        if at > begin:
            second = text[at] in rule.sets[1] and at + 1 < end and text[at + 1] in rule.sets[2]
            if text[at] in rule.sets[0] or second:
                stopped = True
                break
        at += 1
    if stopped and rule.length & 2:
        return at + 1
    while rule.length & 1 and at - begin > 1 and text[at - 1] in WHITE:
        at -= 1
    return at


def read_opening(text, at, end):
    """Returns what is opened, None for nothing, and where that ends."""
    letters_end = run(text, at, end, LETTER)
    behind = run(text, letters_end, min(letters_end + 255, end), frozenset(b"#"))
    if behind == end or text[behind] not in QUOTES:
        return None, at
    quote = text[behind]
    count = 3 if text[behind : min(behind + 3, end)] == bytes([quote]) * 3 else 1
    string = OpenString(quote, count, behind - letters_end, text[at:letters_end])
    return string, behind + count


def string_end(string, text, at, end):
    while at < end:
        byte = text[at]
        if byte == string.quote:
            if text.startswith(string.close, at, end):
                return at
            if string.count == 3:
                return at + (2 if at + 1 < end and text[at + 1] == string.quote else 1)
        elif byte == ord("\\"):
            following = text[at + 1] if at + 1 < end else 0
            if string.raw:
                at += 1 if following in (string.quote, ord("\\")) else 0
            elif string.bytes and following in b"NuU" and following and end - at > 2:
                at += 2
            else:
                return at
        elif string.format and byte in b"{}":
            return at
        at += 1
    return end


def raw_parenthesis_end(text, begin, end):
    if begin == 0 or text[begin - 1] != ord("("):
        return begin
    paren = delimiter = begin - 1
    while delimiter > 0 and text[delimiter - 1] != ord('"') and paren - delimiter < 16:
        delimiter -= 1
    close = b")" + text[delimiter:paren] + b'"'
    return find(text, close, begin, end)


class Spans:
    """Of the leaves of one block, or of a tree of version 1: to be asked for one after another."""

    def __init__(self, rules, source, begin, end, exceptions):
        self.rules, self.source = rules, source[:end]
        self.position = begin
        self.exceptions = iter(exceptions)  # (gap, padding or None, size or None)
        self.next = next(self.exceptions, None)
        self.gap = 0
        self.opened = 0
        self.places = [OpenString()] * PLACES

    def rule_of(self, symbol, missing):
        if missing:
            return self.rules[-1]
        return self.rules[symbol] if symbol < len(self.rules) - 2 else self.rules[-2]

    def open_string(self):
        return self.places[(self.opened - 1) % PLACES] if self.opened else OpenString()

    def predicted_end(self, rule, at):
        text, end = self.source, min(len(self.source), at + REACH)
        string = self.open_string()
        kind = rule.size
        if kind == 0:
            return min(at + rule.length, end)
        if kind in (1, 3):
            return run(text, at, end, WORD if kind == 1 else rule.sets[0])
        if kind == 2:
            return find(text, b"\n", at, end)
        if kind == 4:
            return next((i for i in range(at, end) if text[i] in rule.sets[0]), end)
        if kind == 5:
            return comment_end(text, at, end)
        if kind == 6:
            return quoted_end(text, at, end)
        if kind == 7:
            return number_end(text, at, end)
        if kind == 8:
            return line_end(rule.length, text, at, end)
        if kind == 9:
            return escape_end(rule.length, text, at, end)
        if kind == 10:
            return run(text, run(text, min(at + 1, end), end, BLANK), end, WORD)
        if kind == 11:
            return nested_close(text, at, end)
        if kind == 12:
            return text_end(rule, text, at, end)
        if kind == 13:
            return read_opening(text, at, end)[1]
        if kind == 14:
            return string_end(string, text, at, end) if string.quote else at
        if kind == 15:
            return find(text, string.close, at, end) if string.quote else at
        if kind == 16:
            return min(at + len(string.close), end)
        if kind == 17:
            return quoted_end(text, run(text, at, end, LETTER), end)
        if kind == 18:
            return raw_parenthesis_end(text, at, end)
        raise ValueError("a size kind that the page does not know")

    def leaf(self, symbol, missing):
        """Start and size of the next leaf."""
        rule = self.rule_of(symbol, missing)
        padding = size = None
        if self.next and self.gap == self.next[0]:
            _, padding, size = self.next
            self.next, self.gap = next(self.exceptions, None), 0
        else:
            self.gap += 1
        reach = min(len(self.source), self.position + REACH)
        if padding is None:
            start = padding_end(rule.padding, self.source, self.position, reach)
        else:
            start = self.position + padding
        end = self.predicted_end(rule, start) if size is None else start + size
        if end > len(self.source):
            raise ValueError("a leaf beyond the source")
        self.remember(rule, start, end)
        self.position = end
        return start, end - start

    def remember(self, rule, start, end):
        if rule.size == 13:
            string, behind = read_opening(self.source, start, end)
            whole = string and behind == end and end - start <= REACH
            self.places[self.opened % PLACES] = string if whole else OpenString()
            self.opened += 1
        elif rule.size == 16 and self.opened:
            self.opened -= 1

    def done(self):
        if self.next:
            raise ValueError("exceptions beyond the last leaf")
