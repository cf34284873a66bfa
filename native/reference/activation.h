// Activations of hidden layers in double precision: plain functions of their own, which the others' are held against.
#pragma once

#include "net/activation.h"

namespace mn::reference {

double activate(Activation activation, double z);
// d activate(z) / d z
double slope(Activation activation, double z);

} // namespace mn::reference
