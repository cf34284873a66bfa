#include "floor/floor.h"

namespace mn {

int one_device(std::string* reason) {
    if (reason)
        reason->clear();
    return 1;
}

std::vector<std::string> no_isa_levels() {
    return {};
}

} // namespace mn
