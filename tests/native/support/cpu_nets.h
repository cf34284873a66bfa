// Nets trained on the CPU floor, by its own settings.
#pragma once

#include <memory>
#include <string>

#include "support/runs.h"
#include "support/variants.h"

namespace mn::test {

Net article_net();

Variant cpu_variant(int threads, Precision precision, const std::string& isa = "");

std::unique_ptr<Trainer> trained(const Variant& variant, const Net& net, const Data& samples, const Plan& plan,
                                 Trained& run);

// Why there is no trainer there, as the floor or the trainer itself says; "" if there is.
std::string refusal_of(const Variant& variant);

// The same pixels, dense and sparse, as bytes and as floats.
void expect_same_bits_from_bytes_and_floats(const Variant& variant);

} // namespace mn::test
