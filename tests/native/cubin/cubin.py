"""Reads the machine code of CUDA kernels, from a library, an object file or a cubin (nvcc -cubin): what cuobjdump and
nvdisasm tell, as far as the guard in check_kernels.py needs it, with no more than Python. For compute capability 7.0 to
9.x, whose instructions have 16 bytes.

Of an instruction's 128 bits, counted from the lowest:
    0..11     opcode; bits 9..11 of it say where an operand comes from (register, constant, immediate)
    12..15    the predicate that guards it: 7 is "always", 15 "never", as of three LDS before each cp.async
    34..81    a branch's distance in units of 4 bytes, signed, from the next instruction; from 9.0 on shifted left by
              eight, its lowest eight bits in 16..23
    38..43    of DEPBAR: how many of what was begun may be under way still; of the scoreboard in 44..46
    73..75    of loads and stores: 4 for 32 bits, 5 for 64, 6 for 128
    79        of LDG: .CONSTANT, the non-coherent load of ld.global.nc
    105..108  cycles until the warp's next instruction may follow
    110..112  the scoreboard that is released once its result is there; 7: none
    113..115  the scoreboard that is released once its operands were read
    116..121  the scoreboards that it waits for, one bit each
No public document describes them. cubin_test.py holds them against code whose instructions are known.
"""
import re
import struct

# By opcode without bits 9..11.
NAMES = {
    0x007: 'SEL', 0x008: 'FSEL', 0x009: 'FMNMX', 0x00b: 'FSETP', 0x00c: 'ISETP', 0x010: 'IADD3', 0x012: 'LOP3',
    0x016: 'PRMT', 0x019: 'SHF', 0x01d: 'SHFL', 0x020: 'FMUL', 0x021: 'FADD', 0x023: 'FFMA', 0x024: 'IMAD',
    0x025: 'IMAD.WIDE', 0x03b: 'LDSM', 0x03c: 'HMMA', 0x03e: 'F2FP', 0x045: 'I2FP', 0x0ca: 'R2UR', 0x105: 'CS2R',
    0x106: 'I2F', 0x108: 'MUFU', 0x118: 'NOP', 0x11a: 'DEPBAR', 0x11d: 'BAR', 0x140: 'BRA', 0x141: 'BSYNC',
    0x142: 'BREAK', 0x143: 'CALL.ABS', 0x144: 'CALL', 0x145: 'BSSY', 0x147: 'BRA', 0x148: 'WARPSYNC', 0x149: 'BRX',
    0x14d: 'EXIT', 0x150: 'RET', 0x180: 'LD', 0x181: 'LDG', 0x183: 'LDL', 0x184: 'LDS', 0x185: 'ST', 0x186: 'STG',
    0x187: 'STL', 0x188: 'STS', 0x18f: 'CCTL', 0x192: 'MEMBAR', 0x1ae: 'LDGSTS', 0x1af: 'LDGDEPBAR',
}
BRANCHES = ('BRA', 'BRX')
ENDS = ('EXIT', 'RET')
LOADS = ('LD', 'LDG', 'LDGSTS')  # of global memory; the last is cp.async, which LDGDEPBAR commits and DEPBAR waits for
CONVERSIONS = ('I2F', 'I2FP')


class Instruction:
    def __init__(self, address, low, high, architecture):
        bits = low | high << 64
        self.address, self.opcode = address, low & 0xfff
        self.name = 'NOP' if low >> 12 & 15 == 15 else NAMES.get(low & 0x1ff, f'{low & 0xfff:#05x}')
        self.guarded = low >> 12 & 15 != 7
        self.constant = self.name == 'LDG' and bool(bits >> 79 & 1)
        self.words = {5: 2, 6: 4}.get(bits >> 73 & 7, 1)  # of a load or store
        self.cycles = bits >> 105 & 15
        self.releases = {bits >> 110 & 7} - {7}  # once the result is there
        self.waits = {b for b in range(6) if bits >> 116 + b & 1}
        self.pending, self.scoreboard = bits >> 38 & 63, bits >> 44 & 7  # of DEPBAR
        self.target = None
        if self.name == 'BRA':
            distance = bits >> 34 & (1 << 48) - 1
            if architecture >= 90:
                distance = distance << 8 | bits >> 16 & 0xff
            sign = 55 if architecture >= 90 else 47
            distance -= (distance >> sign & 1) << sign + 1
            self.target = address + 16 + 4 * distance


class Function:
    """A kernel without the functions it calls, or one of these."""

    def __init__(self, kernel, name, code):
        self.kernel, self.name, self.code = kernel, name, code
        self._blocks()

    def _blocks(self):
        """Basic blocks, as ranges of self.code, and their successors."""
        inside = {i.address for i in self.code}
        starts = {self.code[0].address} if self.code else set()
        for i in self.code:
            if i.name in BRANCHES + ENDS:
                starts.add(i.address + 16)
            if i.target in inside:
                starts.add(i.target)
        self.blocks, self.successors = [], []
        for i in self.code:
            if i.address in starts:
                self.blocks.append([])
            self.blocks[-1].append(i)
        at = {b[0].address: n for n, b in enumerate(self.blocks)}
        for n, block in enumerate(self.blocks):
            last = block[-1]
            after = []
            if last.target in at:
                after.append(at[last.target])
            falls = last.name not in BRANCHES + ENDS or last.guarded
            if falls and n + 1 < len(self.blocks):
                after.append(n + 1)
            self.successors.append(after)

    def loops(self):
        """Natural loops as sets of blocks, by their heads, the inner ones first."""
        if not self.blocks:
            return []
        count = len(self.blocks)
        order, seen, stack = [], {0}, [(0, iter(self.successors[0]))]
        while stack:
            node, rest = stack[-1]
            for s in rest:
                if s not in seen:
                    seen.add(s)
                    stack.append((s, iter(self.successors[s])))
                    break
            else:
                order.append(node)
                stack.pop()
        order.reverse()
        before = [[] for _ in range(count)]
        for n in order:
            for s in self.successors[n]:
                before[s].append(n)
        dominators = {n: set(order) for n in order}
        dominators[0] = {0}
        changed = True
        while changed:
            changed = False
            for n in order[1:]:
                new = {n} | set.intersection(*(dominators[p] for p in before[n]))
                changed |= new != dominators[n]
                dominators[n] = new
        self.dominators, loops = dominators, {}
        for n in order:
            for head in self.successors[n]:
                if head in dominators[n]:
                    body, todo = loops.setdefault(head, {head}), [n]
                    while todo:
                        b = todo.pop()
                        if b not in body:
                            body.add(b)
                            todo += before[b]
        return [Loop(self, h, b) for h, b in sorted(loops.items(), key=lambda x: len(x[1]))]


class Loop:
    def __init__(self, function, head, body):
        self.function, self.head, self.body = function, head, body

    def instructions(self):
        return [i for b in sorted(self.body) for i in self.function.blocks[b]]

    def count(self, *names):
        return sum(i.name in names for i in self.instructions())

    def turns(self, work, inner, trips, loads):
        """One turn of the loop: the shortest path from its head back to it, as a list of instructions, that leaves out
        nothing (all `work`, all cp.async, at least `loads` other global loads, all stores to shared memory, conversions
        of bytes, as far as any path has them), and the longest path's number of instructions. `inner`, loops in this
        one, run `trips` times."""
        function, known = self.function, {}
        repeated = set().union(*(loop.body for loop in inner))

        def code(n):
            return function.blocks[n] * (trips if n in repeated else 1)

        def from_block(n):
            """By what is met on the way, the shortest way from block n to the turn's end; and the longest way."""
            if n in known:
                return known[n]
            here, ways, longest = code(n), {}, -1
            done = [sum(i.name in names for i in here)
                    for names in ((work,), ('LDGSTS',), ('LD', 'LDG'), ('STS',), CONVERSIONS)]
            for s in function.successors[n]:
                if s == self.head:
                    after, length = {(0, 0, 0, 0, 0): []}, 0
                elif s in self.body and s not in function.dominators[n]:
                    after, length = from_block(s)
                else:
                    continue  # out of the loop, or an inner loop's next turn
                longest = max(longest, length + len(here)) if length >= 0 else longest
                for met, way in after.items():
                    key = [a + b for a, b in zip(done, met)]
                    key[2] = min(loads, key[2])
                    key = tuple(key)
                    if key not in ways or len(here) + len(way) < len(ways[key]):
                        ways[key] = here + way
            known[n] = ways, longest
            return known[n]

        ways, longest = from_block(self.head)
        return ways[max(ways)], longest


def sections(data):
    start, = struct.unpack_from('<Q', data, 0x28)
    count, names = struct.unpack_from('<HH', data, 0x3c)
    headers = [struct.unpack_from('<IIQQQQIIQQ', data, start + 64 * n) for n in range(count)]

    def text(table, at):
        at += headers[table][4]
        return data[at:data.index(b'\0', at)].decode()

    return headers, [text(names, h[0]) for h in headers], text


class Kernel:
    """name, functions (its own code first, then what it calls), registers of a thread, bytes of shared memory, bytes of
    code, the compiler's version."""

    def __init__(self, name, functions, registers, shared, compiler):
        self.name, self.functions, self.registers, self.shared = name, functions, registers, shared
        self.compiler = compiler
        self.bytes = 16 * sum(len(f.code) for f in functions)


def registers_of(data, headers, names):
    """By number of the kernel's symbol: attribute 0x2f of .nv.info (kind 4, size 8: symbol, registers)."""
    found = {}
    for header, name in zip(headers, names):
        at, end = header[4], header[4] + header[5]
        while name == '.nv.info' and at < end:
            kind, attribute, size = struct.unpack_from('<BBH', data, at)
            if attribute == 0x2f:
                symbol, registers = struct.unpack_from('<II', data, at + 4)
                found[symbol] = registers
            at += 4 + (size if kind == 4 else 0)
    return found


def cubins(data):
    """By architecture (90: sm_90) the cubins in what nvcc puts into objects and libraries: a header of 16 bytes (mark,
    version, its own size, what follows), then for PTX and machine code of each architecture one of 64 or more (kind, 2
    for machine code; at 4 its own size, at 8 what follows, at 28 the architecture, at 40 flags). Only PTX is compressed
    unless nvcc is asked for more."""
    found, mark = [], struct.pack('<I', 0xba55ed50)
    at = data.find(mark)
    while at >= 0:
        _, _, header, size = struct.unpack_from('<IHHQ', data, at)
        at += header
        end = at + size
        while at < end:
            kind, _, header, size = struct.unpack_from('<HHIQ', data, at)
            architecture, = struct.unpack_from('<I', data, at + 28)
            if kind == 2:
                found.append((architecture, data[at + header:at + header + size]))
            at += header + size
        at = data.find(mark, end)
    return found


def read(path, architecture=None):
    """The kernels of a cubin; or of all those for an architecture in a library or an object file."""
    with open(path, 'rb') as f:
        data = f.read()
    if architecture is None:
        return kernels_of(data, path)
    return [k for a, cubin in cubins(data) if a == architecture for k in kernels_of(cubin, path)]


def kernels_of(data, path):
    if data[:4] != b'\x7fELF' or struct.unpack_from('<H', data, 18)[0] != 190:
        raise ValueError(f'{path} is no cubin, or holds one that is compressed: nvcc -cubin makes one')
    flags, = struct.unpack_from('<I', data, 48)
    architecture = flags >> 8 & 0xff if data[7] == 0x41 else flags & 0xff
    headers, names, text = sections(data)
    registers = registers_of(data, headers, names)
    notes = b''.join(data[h[4]:h[4] + h[5]] for h, n in zip(headers, names) if n == '.note.nv.tkinfo')
    compiler = re.search(rb'V(\d+\.\d+\.\d+)', notes)
    compiler = compiler[1].decode() if compiler else 'of unknown version'
    marks, of_kernel = {}, {}  # by section: address of each function; registers
    for header in headers:
        if header[1] != 2:
            continue
        for number in range(header[5] // 24):
            name, info, _, section, value, _ = struct.unpack_from('<IBBHQQ', data, header[4] + 24 * number)
            if info & 15 == 2:
                marks.setdefault(section, {})[value] = text(header[6], name).split('$')[-1]
                of_kernel[section] = registers.get(number, of_kernel.get(section, 0))
    kernels = []
    for section, found in marks.items():
        name = names[section].removeprefix('.text.')
        found[0] = name  # its own code comes first
        offset, size = headers[section][4:6]
        code = [Instruction(a, *struct.unpack_from('<QQ', data, offset + a), architecture) for a in range(0, size, 16)]
        places = sorted(found) + [size]
        functions = [Function(name, found[a], code[a // 16:b // 16]) for a, b in zip(places, places[1:])]
        # from 9.0 on with the 1024 bytes that the system keeps of each block's
        shared = sum(h[5] - (1024 if architecture >= 90 else 0) for h, n in zip(headers, names)
                     if n == '.nv.shared.' + name)
        kernels.append(Kernel(name, functions, of_kernel[section], shared, compiler))
    return kernels


def cover(path, work):
    """How many instructions of `work` (HMMA or FFMA) run between a global load and whatever first waits for it, the
    least of all loads: 0 means that a load's latency is waited out. None: no load. The path is a turn of a loop and
    goes round, as often as cp.async's stages need."""
    least = None
    for n, load in enumerate(path):
        if load.name not in LOADS or not (load.releases or load.name == 'LDGSTS'):
            continue
        covered, committed, groups = 0, set(), 0
        for i in path[n + 1:] + path * 8:
            if load.name == 'LDGSTS':
                if i.name == 'LDGDEPBAR':
                    groups += 1  # the first is the load's own
                    committed = i.releases
                if i.name == 'DEPBAR' and i.scoreboard in committed and i.pending < groups:
                    break
            elif i.waits & load.releases or i.name == 'DEPBAR' and i.scoreboard in load.releases:
                break
            covered += i.name == work
        least = covered if least is None else min(least, covered)
    return least
