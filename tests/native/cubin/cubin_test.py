#!/usr/bin/env python3
"""Holds cubin.py against known.cu, whose machine code is known beforehand, and check_kernels.py against code that is as
it is not to be. Needs nvcc."""
import copy
import os
import re
import subprocess
import tempfile
import unittest

import cubin
import check_kernels

HERE = os.path.dirname(os.path.realpath(__file__))
NVCC = os.environ.get('NVCC', 'nvcc')


def nvcc(*options):
    return subprocess.run([NVCC, '-std=c++20', os.path.join(HERE, 'known.cu'), *options], check=True,
                          stderr=subprocess.PIPE, text=True).stderr


class Known(unittest.TestCase):
    architecture = 90

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'known.cubin')
            said = nvcc('-cubin', f'-arch=sm_{cls.architecture}', '-Xptxas=-v', '-o', path)
            cls.kernels = {k.name: k for k in cubin.read(path)}
        cls.ptxas = {}  # registers and shared memory, as the assembler says
        for name, rest in re.findall(r"Compiling entry function '(\w+)'.*?\n(.*?)(?=Compiling entry|\Z)", said, re.S):
            shared = re.search(r'(\d+) bytes smem', rest)
            cls.ptxas[name] = int(re.search(r'Used (\d+) registers', rest)[1]), int(shared[1]) if shared else 0

    def code(self, name):
        return self.kernels[name].functions[0].code

    def number(self, name, *of):
        return sum(i.name in of for i in self.code(name))

    def the_product(self, name, work):
        (label, counts), = check_kernels.products(self.kernels[name].functions[0], name, work)[0].items()
        self.assertEqual(label, name)
        return counts

    def test_all_kernels_are_found_with_their_registers_and_shared_memory(self):
        self.assertEqual(set(self.kernels), set(self.ptxas))
        for name, (registers, shared) in self.ptxas.items():
            self.assertEqual((self.kernels[name].registers, self.kernels[name].shared), (registers, shared), name)

    def test_the_compiler(self):
        said = subprocess.run([NVCC, '--version'], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual({k.compiler for k in self.kernels.values()}, {re.search(r'V([\d.]+)', said)[1]})

    def test_kinds_of_memory(self):
        self.assertEqual([self.number('plain', 'LDG'), self.number('plain', 'STG'), self.number('plain', 'LD', 'ST')],
                         [1, 1, 0])
        self.assertFalse(any(i.constant for i in self.code('plain')))
        self.assertEqual(sum(i.constant for i in self.code('non_coherent')), 1)
        self.assertEqual(self.number('generic', 'LD'), 1)
        self.assertEqual(self.number('local_memory', 'STL') > 0 and self.number('local_memory', 'LDL') > 0, True)
        self.assertEqual(sum(self.number(k, 'LDL', 'STL') for k in self.kernels if k != 'local_memory'), 0)

    def test_a_turn_of_a_product(self):
        loop, = self.kernels['product'].functions[0].loops()
        way, longest = loop.turns('HMMA', [], 1, 1)
        self.assertEqual(len(way), longest)
        for names, expected in ((('HMMA',), 4), (('LDSM',), 2), (('LDG',), 1), (('STS',), 1), (('BAR',), 1)):
            self.assertEqual(sum(i.name in names for i in way), expected, names)
        self.assertEqual(cubin.cover(way, 'HMMA'), 4)

    def test_a_turn_of_a_product_whose_operands_come_by_cp_async(self):
        counts = self.the_product('pipelined', 'HMMA')
        self.assertEqual([counts[k] for k in ('HMMA', 'loads', 'shared loads', 'shared stores', 'covered')],
                         [4, 1, 1, 0, 8])
        self.assertEqual(counts['instructions'], counts['longest'])

    def test_a_load_that_is_waited_for(self):
        counts = self.the_product('waiting', 'FFMA')
        self.assertEqual((counts['FFMA'] % 32, counts['covered']), (0, 0))

    def test_loops_in_loops(self):
        (loop, (inner,)), = check_kernels.product_loops(self.kernels['nested'].functions[0], 'FFMA')
        self.assertEqual((inner.count('FFMA'), loop.count('FFMA')), (8, 12))
        once, longest_once = loop.turns('FFMA', [inner], 1, 0)
        thrice, longest = loop.turns('FFMA', [inner], 3, 0)
        self.assertEqual(sum(i.name == 'FFMA' for i in thrice), 28)
        self.assertEqual(len(thrice) - len(once), 2 * len(inner.instructions()))
        self.assertEqual(longest - longest_once, 2 * len(inner.instructions()))

    def test_two_products_in_a_function(self):
        found, wrong = check_kernels.products(self.kernels['two'].functions[0], 'two', 'FFMA')
        self.assertEqual([(k, c['FFMA']) for k, c in found.items()], [('two #1', 8), ('two #2', 16)])
        self.assertEqual(wrong, ['1 generic loads or stores in the loop of two #2'])

    def test_no_cubin(self):
        with self.assertRaisesRegex(ValueError, 'is no cubin'):
            cubin.read(os.path.join(HERE, 'known.cu'))

    def test_no_product_where_one_is_to_be(self):
        found, wrong = check_kernels.products(self.kernels['plain'].functions[0], 'plain', 'FFMA')
        self.assertEqual((found, wrong), ({}, ['no loop that multiplies']))

    def test_kernels_that_are_not_as_they_are_to_be(self):
        for name, said in (('local_memory', 'accesses to local memory'), ('non_coherent', '1 non-coherent loads')):
            kernel = copy.copy(self.kernels[name])
            kernel.functions = [copy.copy(f) for f in kernel.functions]
            kernel.name = kernel.functions[0].name = '_ZN2mn4cuda12phase_kernelINS0_4Tf32EEEvv'
            counts, wrong = check_kernels.examine([kernel])
            self.assertEqual(set(counts), {'Tf32'})
            self.assertRegex(wrong[0], r'phase_kernel<Tf32>, phase_kernel<Tf32>: .*' + said)
            self.assertIn('Tf32: no chunk_kernel, norms_kernel for compute capability 9.0', wrong)
        self.assertEqual(check_kernels.examine([self.kernels['plain']])[1][0], 'plain: a kernel of no known kind')

    def test_short_names(self):
        for name, expected in (('void mn::cuda::a_tile<mn::cuda::Tf32, 32, mn::cuda::B<true> >(int, int)',
                                'a_tile<Tf32, 32, B<true>>'),
                               ('void mn::cuda::b<(mn::cuda::Form)1, mn::E>(mn::cuda::S const*, void (*)(int))',
                                'b<(Form)1, E>'), ('plain', 'plain')):
            self.assertEqual(check_kernels.short(name), expected)

    def test_what_got_worse(self):
        def counts(instructions, covered):
            return {'Tf32': {'a_tile': {'instructions': instructions, 'HMMA': 8, 'covered': covered}}}
        worse = check_kernels.compare
        waits = ['Tf32, a_tile: a load is waited for after 3 of 8 HMMA']
        self.assertEqual(worse(counts(105, 4), counts(100, 8)), [])
        self.assertEqual(worse(counts(106, 4), counts(100, 8)),
                         ['Tf32, a_tile: 106 instructions a turn, more than 100 and 5 %'])
        self.assertEqual(worse(counts(100, 3), counts(100, 8)), waits)
        self.assertEqual(worse(counts(100, 0), counts(100, 3)), [])
        self.assertEqual(worse(counts(100, 3), counts(100, None)), waits)
        self.assertEqual(worse(counts(100, None), counts(100, 8)), [])
        self.assertEqual(worse({}, counts(100, 8)), ['Tf32, a_tile: only in counts.json'])
        self.assertEqual(worse(counts(100, 8), {}), ['Tf32, a_tile: not in counts.json'])


class KnownForSm80(Known):
    architecture = 80


class InAnObjectFile(unittest.TestCase):
    def test_machine_code_of_each_architecture(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'known.o')
            nvcc('-c', '-gencode=arch=compute_80,code=sm_80', '-gencode=arch=compute_90,code=[sm_90,compute_90]',
                 '-o', path)
            cubins = {}
            for architecture in (80, 90):
                alone = os.path.join(folder, f'{architecture}.cubin')
                nvcc('-cubin', f'-arch=sm_{architecture}', '-o', alone)
                cubins[architecture] = cubin.read(alone)
            for architecture, expected in cubins.items():
                found = cubin.read(path, architecture)
                self.assertEqual(*([(k.name, k.registers, k.bytes) for k in kernels] for kernels in (found, expected)))
            self.assertNotEqual(cubins[80][0].bytes, cubins[90][0].bytes)
            self.assertEqual(cubin.read(path, 75), [])
            self.assertEqual(check_kernels.main([os.path.join(HERE, 'known.cu')]), 1)


if __name__ == '__main__':
    unittest.main()
