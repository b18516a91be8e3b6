#include "daemon/process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <csignal>

namespace consign::daemon {

void harden_process() {
    constexpr rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
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
