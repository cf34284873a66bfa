#include "reference/activation.h"

#include "net/error.h"

namespace mn::reference {

// A NaN stays a NaN, as in torch.relu.
double activate(Activation activation, double z) {
    switch (activation) {
    case Activation::relu:
        return z < 0 ? 0 : z;
    }
    throw Error(Status::internal, "an activation that the reference does not know");
}

double slope(Activation activation, double z) {
    switch (activation) {
    case Activation::relu:
        return z <= 0 ? 0 : 1;
    }
    throw Error(Status::internal, "an activation that the reference does not know");
}

} // namespace mn::reference
