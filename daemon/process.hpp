// What this process is to the system.
#pragma once

namespace consign::daemon {

/// Before anything is read: no core dumps, no debugger of the same user, files for the owner alone,
/// and SIGPIPE ignored (a peer that is gone is an error of the write).
void harden_process();

/// Tells systemd (sd_notify(3)); without it, nothing.
void tell_service_manager(const char* state);

}  // namespace consign::daemon
