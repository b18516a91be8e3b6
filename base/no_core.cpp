#include "base/no_core.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace consign {

void forbid_core_dumps() {
    constexpr rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // The limit alone does not bind a core_pattern that is a pipe.
    ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace consign
