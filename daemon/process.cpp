#include "daemon/process.hpp"

#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <csignal>

#include "base/no_core.hpp"

namespace consign::daemon {

void harden_process() {
    forbid_core_dumps();
    ::umask(077);
    // sigaction and not signal(): the disposition must outlive the first SIGPIPE.
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
}

void tell_service_manager(const char* state) {
    ::sd_notify(0, state);
}

}  // namespace consign::daemon
