// Philox4x32-10 over a counter or a vector of them, once for every arithmetic. Included inside the namespace of an
// arithmetic (no #pragma once, no namespace of its own), behind net/dropout.h and these functions of its number type W,
// 32-bit words, of which a vector may have rubbish in the upper halves of 64-bit lanes:
//   wide_product(w, x)      the 64-bit product of each lane and x
//   high_word(product), low_word(product)  its halves as a W
//   xor_of(a, b, c)         c may be what key() gives
// Why not templates in namespace mn: see activation-inl.h. MN_INLINE: what the arithmetic's functions are declared
// with; MN_UNROLL: what stands before a loop of which none is to be left.

// words: in, the counter, or what it was made to by the rounds before `first`; out, what is drawn. key(round, i): as
// mn::philox_key.
template <class W, class Key>
MN_INLINE void philox(W (&words)[4], const Key& key, int first = 0) {
    MN_UNROLL
    for (int round = first; round < mn::kPhiloxRounds; ++round) {
        const auto a = wide_product(words[0], mn::kPhiloxFactors[0]), b = wide_product(words[2], mn::kPhiloxFactors[1]);
        words[0] = xor_of(high_word(b), words[1], key(round, 0));
        words[1] = low_word(b);
        words[2] = xor_of(high_word(a), words[3], key(round, 1));
        words[3] = low_word(a);
    }
}
