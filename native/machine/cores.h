// How many processor cores this process has.
#pragma once

namespace mn {

// Logical cores this process may use: its affinity mask, cut by the control group's CPU quota. At least 1.
int usable_cores();

} // namespace mn
