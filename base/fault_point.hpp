// Named places at which tests kill the process, as a power cut would: nothing is flushed, nothing
// unwinds. CONSIGN_DIE_AT=NAME dies where NAME is reached first, NAME:COUNT the COUNTth time.
// A Release build has none.
#pragma once

#include "base/log.hpp"

namespace consign {

#ifdef NDEBUG
inline void fault_point(Literal) {}
#else
/// From any thread.
void fault_point(Literal name);
#endif

}  // namespace consign
