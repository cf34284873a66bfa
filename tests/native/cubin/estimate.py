#!/usr/bin/env python3
"""Estimates what a step of 784-312-256-10 at batch 320 takes on an H100, from the kernels' machine code.

  estimate.py FILE..      of the libraries or object files that check_kernels.py reads

A model, not a measurement, of no use but to compare two versions of a kernel: a scheduler's warps issue a product's
loop in order, an instruction a cycle at most, by the stall counts and scoreboards in the code. Latencies, rates and
what a tile costs outside of its loop are assumed: see below.
"""
import re
import sys

import check_kernels
import cubin

GIGAHERTZ = 1.9
MULTIPROCESSORS = 132
LATENCY = {'LDG': 300, 'LD': 330, 'LDGSTS': 330, 'LDS': 30, 'LDSM': 33}  # cycles; from L2
# Cycles of its unit that an instruction takes, of a quarter of a multiprocessor; of memory by words of a lane.
RATE = {'HMMA': ('tensor', 6.4), 'FFMA': ('fma', 1), 'FADD': ('fma', 1), 'FMUL': ('fma', 1), 'IMAD': ('fma', 2),
        'IMAD.WIDE': ('fma', 4), 'I2F': ('conversion', 8), 'F2FP': ('alu', 2)}
MEMORY = ('LDS', 'STS', 'LDSM', 'LDG', 'LD', 'LDGSTS')
TILE = {'forward': 1500, 'backward': 1500, 'update': 2000}  # cycles outside of the loop
HEAD, BARRIER = 1.5, 1.3  # microseconds; a barrier of the grid
# Room, what it reads, tiles of 32, chunks of 64: see native/cuda/forward.cuh and so on.
PHASES = [('forward', 'bytes', [100], 13), ('forward', 'hidden', [80], 5), ('backward', 'hidden', [100], 4),
          ('update', 'bytes', [264, 75], 5)]  # 250 of these 339 are of the first layer


def unit(i):
    if i.name in MEMORY:
        return 'memory', 4 * (4 if i.name == 'LDSM' else i.words)
    return RATE.get(i.name, ('alu', 2))


def cycles_of_a_turn(way, blocks):
    """With so many blocks of eight warps on a multiprocessor, two warps of each on a scheduler."""
    turns, warps = 8, 2 * blocks
    ready = [0.0] * warps
    scoreboards = [[0.0] * 6 for _ in range(warps)]
    copies = [[0.0] for _ in range(warps)]  # when each group of cp.async has arrived; the last is not committed yet
    places, at_barrier, free, ends = [0] * warps, [None] * warps, {}, [0.0] * warps
    clock, half = 0.0, None
    while min(places) < turns * len(way):
        best, when = None, None
        for w in range(warps):
            if places[w] >= turns * len(way) or at_barrier[w] is not None:
                continue
            i = way[places[w] % len(way)]
            name, _ = unit(i)
            start = max([clock, ready[w], free.get(name, 0)] + [scoreboards[w][b] for b in i.waits])
            if i.name == 'DEPBAR':
                start = max([start] + copies[w][:max(0, len(copies[w]) - 1 - i.pending)])
            if when is None or start < when:
                best, when = w, start
        i = way[places[best] % len(way)]
        name, busy = unit(i)
        clock = when + 1
        free[name] = when + busy
        ready[best] = when + max(i.cycles, 1)
        for b in i.releases:
            scoreboards[best][b] = max(scoreboards[best][b], when + busy + LATENCY.get(i.name, 20))
        if i.name == 'LDGSTS':
            copies[best][-1] = when + busy + LATENCY[i.name]
        if i.name == 'LDGDEPBAR':
            copies[best].append(0.0)
        places[best] += 1
        ends[best] = clock
        if i.name == 'BAR':
            at_barrier[best] = clock
            block = [w for w in range(warps) if w // 2 == best // 2]
            if all(at_barrier[w] is not None for w in block):
                for w in block:
                    at_barrier[w], ready[w] = None, clock + 20
        if half is None and min(places) >= turns // 2 * len(way):
            half = clock
    return (clock - half) / (turns - turns // 2)


def turns(engine, kernels):
    """By product: a turn of its loop, of tiles of 32."""
    found = {}
    names = check_kernels.demangled(sorted({f.name for k in kernels for f in k.functions}))
    for kernel in kernels:
        if names[kernel.name] != f'chunk_kernel<{engine}>':
            continue
        for function in kernel.functions:
            # the last of BytePixels' arguments: whether dropout drops some
            tile = re.fullmatch(r'(\w+)_tile<\w+, 32(?:, (Matrix|BytePixels<.*\bfalse>))?>', names[function.name])
            if tile:
                (loop, inner), = check_kernels.product_loops(function, check_kernels.work_of(engine))
                reads = 'bytes' if tile[2] and 'Byte' in tile[2] else 'hidden'
                found[f'{tile[1]} {reads}'] = loop.turns(check_kernels.work_of(engine), inner, 1, 4)[0]
    return found


def estimate(engine, kernels):
    found, total, parts = turns(engine, kernels), HEAD + 5 * BARRIER, []
    for room, reads, rounds, chunks in PHASES:
        way = found[f'{room} {reads}']
        cycles = 0
        for tiles in rounds:
            cycles += chunks * cycles_of_a_turn(way, 2 if tiles > MULTIPROCESSORS else 1) + TILE[room]
        micros = cycles / GIGAHERTZ / 1000
        parts.append(f'{room} {reads} {micros:.1f}')
        total += micros
    print(f'{check_kernels.ENGINES[engine]}: {total:.0f} us a step, estimated ({", ".join(parts)}, head {HEAD}, '
          f'barriers {5 * BARRIER:.1f})')


def main(files):
    kernels = [k for f in files for k in cubin.read(f, check_kernels.ARCHITECTURE)]
    for engine in check_kernels.ENGINES:
        estimate(engine, kernels)


if __name__ == '__main__':
    main(sys.argv[1:])
