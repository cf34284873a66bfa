#!/usr/bin/env python3
"""A guard for the CUDA kernels where there is no GPU: reads their machine code and fails where it got worse.

  check_kernels.py FILE..            libraries or object files with code for compute capability 9.0, held to counts.json
  check_kernels.py --write FILE..    and writes counts.json: after a change that is meant; its diff says what changed
  check_kernels.py --table FILE..    and prints docs/gpu.md's table

FILE is of any build for 9.0: lib/libmnistnative.so, or CMakeFiles/mn_core.dir/native/cuda/step_*.cu.o. Held:
  * nothing is loaded by the non-coherent path (ld.global.nc), which does not see what a launch itself wrote;
  * no function touches local memory: no register spills, nothing has an address;
  * the products' loops have no generic loads or stores, whose kind of memory is asked for at each;
and, by the compiler that counts.json is of:
  * a turn of a product's loop has no more instructions than counts.json says and 5 %;
  * where half of a turn's multiplications, or more, were issued before anybody waits for a load, they still are;
  * the kernels and products are those of counts.json.
A product's loop is the innermost one that multiplies and has a barrier of the block, a turn one chunk of the depth: see
native/cuda/tile. A function may have several.
"""
import json
import os
import re
import subprocess
import sys

import cubin

COUNTS = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'counts.json')
ARCHITECTURE = 90
ENGINES = {'Ffma': 'float32, FMA', 'Tf32x3': 'float32, 3xTF32', 'Tf32': 'tf32', 'Bf16': 'bf16'}
KERNELS = ('chunk_kernel', 'phase_kernel', 'norms_kernel')


def short(name):
    """A function's name and its template's arguments; without its result, its own arguments and what all have."""
    if name.endswith(')'):
        depth, at = 1, len(name) - 1
        while depth:
            at -= 1
            depth += {')': 1, '(': -1}.get(name[at], 0)
        name = name[:at]
    return re.sub(r'^(void|bool|int) |mn::cuda::|mn::', '', name).replace('> >', '>>')


def demangled(names):
    """As c++filt of the binutils, which every compiler for the host comes with, says."""
    said = subprocess.run(['c++filt'], input='\n'.join(names), stdout=subprocess.PIPE, check=True, text=True).stdout
    return {name: short(line) for name, line in zip(names, said.splitlines())}


def work_of(engine):
    return 'FFMA' if engine == 'Ffma' else 'HMMA'


def product_loops(function, work):
    """The loops of products, each with those in it."""
    loops = [loop for loop in function.loops() if loop.count(work) >= 4]  # the inner ones first
    found = []
    for n, loop in enumerate(loops):
        inner = [x for x in loops[:n] if x.body < loop.body]
        if loop.count('BAR') and not any(x.count('BAR') for x in inner):
            found.append((loop, inner))
    return sorted(found, key=lambda x: x[0].head)


def is_product(function, name, work):
    """Whether it is to have such a loop. The head and the loss multiply, too, by FFMA."""
    return '_tile<' in name or work == 'HMMA' and any(i.name == work for i in function.code)


def count(loop, inner, work, name):
    """One turn of a product's loop."""
    # A loop in it goes over the depth, sixteen at a time: in tiles of 64, which are 32 deep.
    way, longest = loop.turns(work, inner, 2 if ', 64' in name else 1, 4)
    found = {'instructions': len(way), 'longest': longest, work: sum(i.name == work for i in way),
             'covered': cubin.cover(way, work)}
    for key, names in (('loads', cubin.LOADS), ('shared loads', ('LDS', 'LDSM')), ('shared stores', ('STS',))):
        found[key] = sum(i.name in names for i in way)
    return found


def products(function, name, work):
    """Counts by name of the product, and what is wrong with them whatever counts.json says."""
    loops = product_loops(function, work)
    found, wrong = {}, [] if loops else ['no loop that multiplies']
    for number, (loop, inner) in enumerate(loops, 1):
        label = name if len(loops) == 1 else f'{name} #{number}'
        found[label] = count(loop, inner, work, name)
        generic = loop.count('LD', 'ST')
        if generic:
            wrong.append(f'{generic} generic loads or stores in the loop of {label}')
    return found, wrong


def examine(kernels):
    """By engine the counts of its kernels and of the chunk kernel's products; and what is wrong in itself."""
    counts, wrong = {}, []
    names = demangled(sorted({f.name for k in kernels for f in k.functions}))
    for kernel in kernels:
        match = re.fullmatch(r'(\w+_kernel)<(\w+)>', names[kernel.name])
        if not match:
            wrong.append(f'{names[kernel.name]}: a kernel of no known kind')
            continue
        place, engine = match.groups()
        of_engine = counts.setdefault(engine, {})
        of_engine[place] = {'registers': kernel.registers, 'shared': kernel.shared, 'bytes': kernel.bytes}
        for function in kernel.functions:
            name = names[function.name]
            where = f'{names[kernel.name]}, {name}'
            for number, what in ((sum(i.name in ('LDL', 'STL') for i in function.code), 'accesses to local memory'),
                                 (sum(i.constant for i in function.code), 'non-coherent loads')):
                if number:
                    wrong.append(f'{where}: {number} {what}')
            if place == 'chunk_kernel' and is_product(function, name, work_of(engine)):
                found, bad = products(function, name, work_of(engine))
                wrong += [f'{where}: {w}' for w in bad]
                wrong += [f'{where}: a second one of that name' for n in found if n in of_engine]
                of_engine.update(found)
    for engine in ENGINES:
        missing = [k for k in KERNELS if k not in counts.get(engine, {})]
        if missing:
            wrong.append(f'{engine}: no {", ".join(missing)} for compute capability {ARCHITECTURE / 10}')
    return counts, wrong


def compare(counts, committed):
    """What got worse since counts.json was written."""
    wrong = []
    for engine in sorted(counts.keys() | committed.keys()):
        now, before = counts.get(engine, {}), committed.get(engine, {})
        for name in sorted(now.keys() | before.keys()):
            if name not in now or name not in before:
                wrong.append(f'{engine}, {name}: {"not in counts.json" if name in now else "only in counts.json"}')
                continue
            if 'instructions' not in now[name]:
                continue
            have, limit = now[name]['instructions'], before[name]['instructions']
            if have > 1.05 * limit:
                wrong.append(f'{engine}, {name}: {have} instructions a turn, more than {limit} and 5 %')
            work = work_of(engine)
            half = now[name][work] / 2
            covered, was = (half * 2 if c['covered'] is None else c['covered'] for c in (now[name], before[name]))
            if covered < half <= was:
                wrong.append(f'{engine}, {name}: a load is waited for after {covered} of {now[name][work]} {work}')
    return wrong


def table(counts):
    print('| engine | product | instructions a chunk and warp | HMMA or FFMA | loads | from, to shared memory |')
    print('|---|---|---|---|---|---|')
    for engine, title in ENGINES.items():
        for name, c in counts[engine].items():
            if 'instructions' in c and 'FloatPixels' not in name and ', true>' not in name:
                print(f'| {title} | `{name}` | {c["instructions"]} | {c[work_of(engine)]} | {c["loads"]} | '
                      f'{c["shared loads"]}, {c["shared stores"]} |')
    for engine, title in ENGINES.items():
        c = counts[engine]['chunk_kernel']
        print(f'{title}: {c["registers"]} registers, {c["shared"]} bytes of shared memory, {c["bytes"]} of code')


def main(arguments):
    options = {a for a in arguments if a.startswith('--')}
    files = [a for a in arguments if a not in options]
    if not files or options - {'--write', '--table'}:
        print(__doc__, file=sys.stderr)
        return 2
    kernels = [k for f in files for k in cubin.read(f, ARCHITECTURE)]
    if not kernels:
        print(f'no machine code for compute capability {ARCHITECTURE / 10} in {" ".join(files)}: '
              'CMAKE_CUDA_ARCHITECTURES has to have 90-real', file=sys.stderr)
        return 1
    compilers = sorted({k.compiler for k in kernels})
    counts, wrong = examine(kernels)
    if '--write' in options:
        with open(COUNTS, 'w') as f:
            json.dump({'compiler': compilers, 'engines': counts}, f, indent=1)
            f.write('\n')
    with open(COUNTS) as f:
        committed = json.load(f)
    if committed['compiler'] == compilers:
        wrong += compare(counts, committed['engines'])
    else:
        print(f'SKIPPED the instructions of a turn: compiled by nvcc {", ".join(compilers)}, counts.json is of '
              f'{", ".join(committed["compiler"])}')
    if '--table' in options:
        table(counts)
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        number = sum('instructions' in c for e in counts.values() for c in e.values())
        print(f'{len(kernels)} kernels with {number} products: their machine code is as counts.json says, or better')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
