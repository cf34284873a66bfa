#!/usr/bin/env python3
"""Holds cubin.py against known.cu, whose machine code is known beforehand. Needs nvcc."""
import os
import re
import subprocess
import tempfile
import unittest

import cubin
import check_kernels

HERE = os.path.dirname(os.path.realpath(__file__))


class Known(unittest.TestCase):
    architecture = 'sm_90'

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'known.cubin')
            said = subprocess.run([os.environ.get('NVCC', 'nvcc'), '-cubin', '-arch=' + cls.architecture, '-std=c++20',
                                   '-Xptxas=-v', os.path.join(HERE, 'known.cu'), '-o', path],
                                  check=True, stderr=subprocess.PIPE, text=True).stderr
            cls.kernels = {k.name: k for k in cubin.read(path)}
        cls.ptxas = {}  # registers and shared memory, as the assembler says
        for name, rest in re.findall(r"Compiling entry function '(\w+)'.*?\n(.*?)(?=Compiling entry|\Z)", said, re.S):
            shared = re.search(r'(\d+) bytes smem', rest)
            cls.ptxas[name] = int(re.search(r'Used (\d+) registers', rest)[1]), int(shared[1]) if shared else 0

    def code(self, name):
        return self.kernels[name].functions[0].code

    def number(self, name, *of):
        return sum(i.name in of for i in self.code(name))

    def test_all_kernels_are_found_with_their_registers_and_shared_memory(self):
        self.assertEqual(set(self.kernels), set(self.ptxas))
        for name, (registers, shared) in self.ptxas.items():
            self.assertEqual((self.kernels[name].registers, self.kernels[name].shared), (registers, shared), name)

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
        way, longest = loop.turns('HMMA', None, 1, 1)
        self.assertEqual(len(way), longest)
        for names, expected in ((('HMMA',), 4), (('LDSM',), 2), (('LDG',), 1), (('STS',), 1), (('BAR',), 1)):
            self.assertEqual(sum(i.name in names for i in way), expected, names)
        self.assertEqual(cubin.cover(way, 'HMMA'), 4)

    def test_a_load_that_is_waited_for(self):
        loop = [x for x in self.kernels['waiting'].functions[0].loops() if x.count('FFMA') >= 32][0]
        way, _ = loop.turns('FFMA', None, 1, 1)
        self.assertEqual(sum(i.name == 'FFMA' for i in way) % 32, 0)
        self.assertEqual(cubin.cover(way, 'FFMA'), 0)

    def test_loops_in_loops(self):
        inner, outer = self.kernels['nested'].functions[0].loops()
        self.assertEqual((inner.count('FFMA'), outer.count('FFMA')), (8, 12))
        once, longest_once = outer.turns('FFMA', inner, 1, 0)
        thrice, longest = outer.turns('FFMA', inner, 3, 0)
        self.assertEqual(sum(i.name == 'FFMA' for i in thrice), 28)
        self.assertEqual(len(thrice) - len(once), 2 * len(inner.instructions()))
        self.assertEqual(longest - longest_once, 2 * len(inner.instructions()))

    def test_no_cubin(self):
        with self.assertRaisesRegex(ValueError, 'is no cubin'):
            cubin.read(os.path.join(HERE, 'known.cu'))

    def test_what_the_guard_says_of_bad_code(self):
        for name, work, said in (('waiting', 'FFMA', 'a load is waited for after 0 of'),
                                 ('plain', 'FFMA', 'no loop that multiplies')):
            _, wrong = check_kernels.count(self.kernels[name].functions[0], work)
            self.assertEqual(len(wrong), 1, wrong)
            self.assertIn(said, wrong[0])


class KnownForSm80(Known):
    architecture = 'sm_80'


if __name__ == '__main__':
    unittest.main()
