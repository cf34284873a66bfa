#!/usr/bin/env python3
"""A guard for the CUDA kernels where there is no GPU: reads their machine code and fails where it got worse.

  check_kernels.py            compile native/cuda/step_*.cu with nvcc, compare with counts.json
  check_kernels.py --write    and write counts.json: after a change that is meant
  check_kernels.py --table    and print docs/gpu.md's table

Held, for compute capability 9.0:
  * nothing is loaded by the non-coherent path (ld.global.nc), which does not see what a launch itself wrote;
  * no function touches local memory: no register spills, nothing has an address;
  * the products' loops have no generic loads or stores, whose kind of memory is asked for at each;
  * nobody waits for a load in them before at least half of the turn's multiplications were issued;
  * a turn has no more instructions than counts.json says and 5 %.
A turn is one chunk of the depth: see native/cuda/tile/tile.cuh.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import cubin

HERE = os.path.dirname(os.path.realpath(__file__))
CUDA = os.path.join(HERE, '../../../native/cuda')
COUNTS = os.path.join(HERE, 'counts.json')
ENGINES = {'ffma': 'float32, FMA', 'tf32x3': 'float32, 3xTF32', 'tf32': 'tf32', 'bf16': 'bf16'}
TILE = re.compile(r'\d\d(forward|backward|update)_tileINS0_\d+\w+?ELi(32|64)E(?:NS0_\d+(Matrix|FloatPixels|BytePixels))?'
                  r'(?:ILb\dELb\dELb(\d))?')


def compile_to(folder, engine):
    path = os.path.join(folder, engine + '.cubin')
    subprocess.run([os.environ.get('NVCC', 'nvcc'), '-cubin', '-arch=sm_90', '-std=c++20', '-O3', '-DNDEBUG',
                    '--expt-relaxed-constexpr', f'-I{CUDA}/..', f'-I{CUDA}/../include',
                    f'{CUDA}/step_{engine}.cu', '-o', path], check=True)
    return path


def name_of(match):
    room, tile, source, drops = match.groups()
    reads = {'Matrix': 'hidden', 'FloatPixels': 'float pixels', 'BytePixels': 'bytes', None: 'hidden'}[source]
    return f'{room} {reads}{" dropped" if drops == "1" else ""} {tile}'


def count(function, work):
    """One turn of a product's loop; what is wrong with it."""
    loops = [loop for loop in function.loops() if loop.count(work) >= 4]
    if not loops:
        return None, ['no loop that multiplies']
    outer = loops[-1]
    inner = loops[-2] if len(loops) > 1 else None  # over the depth, sixteen at a time: in tiles of 64
    wide = 'ELi64E' in function.name
    trips = 1
    if inner:
        trips = 2 if wide else 1
    way, longest = outer.turns(work, inner, trips, 4)
    found = {'instructions': len(way), 'longest': longest, work: sum(i.name == work for i in way),
             'covered': cubin.cover(way, work) or 0}
    for name, names in (('loads', cubin.LOADS), ('shared loads', ('LDS', 'LDSM')), ('shared stores', ('STS',))):
        found[name] = sum(i.name in names for i in way)
    wrong = []
    generic = outer.count('LD', 'ST')
    if generic:
        wrong.append(f'{generic} generic loads or stores in its loop')
    # float pixels look up what dropout keeps of them when they are stored
    if found['covered'] < found[work] / 2 and 'FloatPixels' not in function.name:
        wrong.append(f'a load is waited for after {found["covered"]} of {found[work]} {work}')
    return found, wrong


def check(engine, path, committed):
    """All kernels of an engine: counts by name, and what is wrong."""
    work = 'FFMA' if engine == 'ffma' else 'HMMA'
    counts, wrong = {}, []
    for kernel in cubin.read(path):
        place = re.search(r'(chunk|phase|norms)_kernel', kernel.name)[0]
        counts[place] = {'registers': kernel.registers, 'shared': kernel.shared, 'bytes': kernel.bytes}
        for function in kernel.functions:
            where = f'{engine}, {place}, {function.name}'
            for names, what in ((('LDL', 'STL'), 'accesses to local memory'), (('LDG.CONSTANT',), 'non-coherent loads')):
                number = sum(i.name in names or i.constant and 'LDG.CONSTANT' in names for i in function.code)
                if number:
                    wrong.append(f'{where}: {number} {what}')
            tile = TILE.search(function.name)
            if not tile or place != 'chunk_kernel':
                continue
            name = name_of(tile)
            counts[name], found = count(function, work)
            wrong += [f'{where}: {w}' for w in found]
            if committed is None or not counts[name]:
                continue
            limit = committed.get(name, {}).get('instructions', 0)
            if counts[name]['instructions'] > 1.05 * limit:
                wrong.append(f'{where}: {counts[name]["instructions"]} instructions a turn, more than {limit} and 5 %')
    return counts, wrong


def table(counts):
    print('| engine | product | tile | instructions a chunk and warp | HMMA or FFMA | loads | from, to shared memory |')
    print('|---|---|---|---|---|---|---|')
    for engine, found in counts.items():
        for name, c in found.items():
            if 'instructions' in c:
                product, tile = name.rsplit(' ', 1)
                print(f'| {ENGINES[engine]} | {product} | {tile} | {c["instructions"]} | {c.get("HMMA", c.get("FFMA"))} | '
                      f'{c["loads"]} | {c["shared loads"]}, {c["shared stores"]} |')
    for engine, found in counts.items():
        c = found['chunk_kernel']
        print(f'{ENGINES[engine]}: {c["registers"]} registers, {c["shared"]} bytes of shared memory, {c["bytes"]} of code')


def main(arguments):
    committed = None
    if '--write' not in arguments:
        with open(COUNTS) as f:
            committed = json.load(f)
    counts, wrong = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for engine in ENGINES:
            counts[engine], found = check(engine, compile_to(folder, engine), committed and committed[engine])
            wrong += found
    if '--write' in arguments:
        with open(COUNTS, 'w') as f:
            json.dump(counts, f, indent=1)
            f.write('\n')
    if '--table' in arguments:
        table(counts)
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print('the kernels\' machine code is as good as counts.json says')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
