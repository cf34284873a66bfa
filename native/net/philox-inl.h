// Philox4x32-10 over a counter or a vector of them, once for every arithmetic. Included inside the namespace of an
// arithmetic (no #pragma once, no namespace of its own), behind these functions of its number type W, 32-bit words, of
// which a vector may have rubbish in the upper halves of 64-bit lanes:
//   words_like(w, x)        x in each lane
//   wide_product(w, x)      the 64-bit product of each lane and x
//   high_word(product), low_word(product)  its halves as a W
//   xor_of(a, b, c)
// Why not templates in namespace mn: see activation-inl.h. MN_INLINE: what the arithmetic's functions are declared
// with.

// words: in, the counter; out, what is drawn.
template <class W>
MN_INLINE void philox(W (&words)[4], uint32_t key0, uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
        const auto a = wide_product(words[0], 0xD2511F53u), b = wide_product(words[2], 0xCD9E8D57u);
        words[0] = xor_of(high_word(b), words[1], words_like(words[1], key0));
        words[1] = low_word(b);
        words[2] = xor_of(high_word(a), words[3], words_like(words[3], key1));
        words[3] = low_word(a);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}
