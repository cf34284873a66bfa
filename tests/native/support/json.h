// Reads JSON, as far as tests/golden needs it: no escapes in strings, and neither true, false nor null.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mn::test {

struct Json {
    std::map<std::string, Json> members; // of an object
    std::vector<Json> elements;          // of an array
    std::string text;                    // of a string
    double number = 0;

    bool has(const std::string& key) const { return members.count(key) > 0; }
    // A member that must be there.
    const Json& at(const std::string& key) const;
    // A member's number or text, or what stands for it where there is none.
    double number_or(const std::string& key, double otherwise) const;
    std::string text_or(const std::string& key, const std::string& otherwise) const;
    // The numbers of an array.
    std::vector<double> numbers() const;
};

// Throws std::runtime_error where it is none.
Json parse_json(const std::string& text);

} // namespace mn::test
