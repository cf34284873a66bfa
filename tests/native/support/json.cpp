#include "support/json.h"

#include <cctype>
#include <cstdlib>
#include <stdexcept>

namespace mn::test {

namespace {

class Parser {
  public:
    explicit Parser(const std::string& text) : text_(text) {}

    Json whole() {
        Json value = any();
        if (next() != '\0')
            fail();
        return value;
    }

  private:
    [[noreturn]] void fail() const { throw std::runtime_error("no JSON at " + std::to_string(at_)); }

    // The next character that is no space, not taken yet.
    char next() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])))
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    void take(char wanted) {
        if (next() != wanted)
            fail();
        ++at_;
    }

    std::string string() {
        take('"');
        const size_t begin = at_, end = text_.find('"', begin);
        if (end == std::string::npos)
            fail();
        at_ = end + 1;
        return text_.substr(begin, end - begin);
    }

    // Calls one() for each of what stands between two brackets.
    template <class One>
    void list(char open, char close, One one) {
        take(open);
        while (next() != close) {
            one();
            if (next() != close)
                take(',');
        }
        take(close);
    }

    Json any() {
        Json value;
        switch (next()) {
        case '{':
            list('{', '}', [&] {
                const std::string key = string();
                take(':');
                value.members[key] = any();
            });
            return value;
        case '[':
            list('[', ']', [&] { value.elements.push_back(any()); });
            return value;
        case '"':
            value.text = string();
            return value;
        default:
            const char* begin = text_.c_str() + at_;
            char* end = nullptr;
            value.number = std::strtod(begin, &end);
            if (end == begin)
                fail();
            at_ += static_cast<size_t>(end - begin);
            return value;
        }
    }

    const std::string& text_;
    size_t at_ = 0;
};

} // namespace

const Json& Json::at(const std::string& key) const {
    const auto found = members.find(key);
    if (found == members.end())
        throw std::runtime_error("the JSON has no " + key);
    return found->second;
}

double Json::number_or(const std::string& key, double otherwise) const {
    return has(key) ? at(key).number : otherwise;
}

std::string Json::text_or(const std::string& key, const std::string& otherwise) const {
    return has(key) ? at(key).text : otherwise;
}

std::vector<double> Json::numbers() const {
    std::vector<double> values;
    for (const Json& element : elements)
        values.push_back(element.number);
    return values;
}

Json parse_json(const std::string& text) {
    return Parser(text).whole();
}

} // namespace mn::test
