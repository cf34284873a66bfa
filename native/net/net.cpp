#include "net/net.h"

namespace mn {

int64_t Net::parameter_count() const {
    return weight_offset(layers());
}

int64_t Net::weight_offset(int layer) const {
    int64_t offset = 0;
    for (int l = 0; l < layer; ++l)
        offset += (fan_in(l) + 1) * fan_out(l);
    return offset;
}

} // namespace mn
