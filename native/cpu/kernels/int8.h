// Products of bytes, for inference: samples are unsigned bytes, weights signed ones, and sums are 32-bit integers.
//
// Sums are exact, so that they do not depend on the order they are made in, and what follows them is a fixed chain of
// float32 operations, each rounded by itself, never fused: every instruction set gives the same bits.
//
// Both operands come in words of 32 bits: 4 bytes for the instruction that multiplies bytes (vpdpbusd of AVX512_VNNI),
// or 2 numbers of 16 bits for those that multiply such (pmaddwd). SSE's and AVX2's own instruction for bytes
// (pmaddubsw) cuts sums of two products down to 16 bits, which 2 * 255 * 127 does not fit.
#pragma once

#include <cstdint>
#include <string_view>

#include "cpu/layout.h"
#include "net/activation.h"

namespace mn::cpu {

// Sums of so many products of a byte up to 255 and a weight up to 127 fit 32 bits: 255 * 127 * 65536 < 2^31.
constexpr int64_t kMostInt8Inputs = 65536;
constexpr int kInt8WeightRange = 127;

// Rows of words are cut into runs of so many, the last filled up with zeros.
constexpr int64_t kWordRun = 16;

// What the bytes of a row stand for: b for scale * (b - zero). A scale that is NaN is of a row that has a number which
// is not finite: all that comes of it is NaN.
struct ByteScale {
    float scale = 0;
    int32_t zero = 0; // 0 to 255
};

// out [rows, columns] = scale * (A [rows, depth] - zero) * B [depth, columns] * column_scales + bias, in neighbouring
// panels of B and out. Depth counts words.
struct Int8Tile {
    const uint32_t* words = nullptr; // [rows][word_stride]: a row's words, or those on its list
    int64_t word_stride = 0;
    const int32_t* index = nullptr;    // [rows][word_stride]: of gather: which words these are
    const int32_t* counts = nullptr;   // [rows]: of gather: entries on a row's list
    const ByteScale* scales = nullptr; // [rows]
    int64_t rows = 0;
    int64_t depth = 0;           // of multiply
    const uint32_t* b = nullptr; // [panel][depth][kPanel]
    int64_t b_panel_stride = 0;  // words
    int64_t panels = 1;
    const int32_t* column_sums = nullptr; // [panel][kPanel]: of the weights
    const float* column_scales = nullptr; // [panel][kPanel]: what a weight of 1 stands for
    const float* bias = nullptr;          // [panel][kPanel]
    bool relu = false;                    // ReLU follows
    float* out = nullptr;                 // [panel][row][kPanel]
    int64_t out_panel_stride = 0;
};

struct Int8Kernels {
    int64_t inputs; // in a word: 4 or 2

    void (*multiply)(const Int8Tile& tile);
    // The same from lists of the words that are not zero.
    void (*gather)(const Int8Tile& tile);
    // Lists them, and a zero behind them. count is a multiple of kWordRun, and there is room for kWordRun more entries;
    // what is written beyond that zero is of no meaning.
    int64_t (*list)(const uint32_t* words, int64_t count, int32_t* index, uint32_t* listed);

    // Bytes as words; a last panel of inputs is filled up with zeros, here and below.
    void (*take_bytes)(const uint8_t* bytes, int64_t count, uint32_t* words);
    // Numbers [count] as bytes from 0 to 255, by their own range and 0: the nearest byte, but 255 where rounding the
    // zero up would make it 256. Numbers lie in panels, of which the last is read up to `count` alone.
    ByteScale (*quantise)(const float* values, int64_t panel_stride, int64_t count, uint32_t* words);

    // In place; count is a multiple of kPanel.
    void (*activate)(Activation activation, float* values, int64_t count);
};

// Those of a level by its name, as Kernels has it: levels that have nothing to add share a weaker one's.
const Int8Kernels& int8_kernels_of(std::string_view level);

} // namespace mn::cpu
