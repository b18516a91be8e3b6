// What is in this process stays in it: neither a core dump nor a debugger shows it.
#pragma once

namespace consign {

/// No core dump, and no debugger of the same user. A process that becomes another user has to call
/// it again (prctl(2)).
void forbid_core_dumps();

}  // namespace consign
