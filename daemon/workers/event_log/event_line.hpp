// An event of the ledger as the system's log takes it: ids, counts and names of the policy, no
// personal field and no words; and a checkpoint, whole. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "storage/ledger/ledger.hpp"

namespace consign::daemon {

/// What peers typed as a name may be anything, a password included: only an account that is one is
/// written.
using IsAccount = std::function<bool(std::string_view account)>;

/// RFC 5424, facility 13 (log audit), one structured element `consign@32473`.
[[nodiscard]] std::string syslog_line(const ledger::EventRow& row, const IsAccount& is_account,
                                      std::string_view host, int process);

/// systemd's native journal protocol: fields CONSIGN_SEQUENCE, CONSIGN_ACTION, ...
[[nodiscard]] std::string journal_entry(const ledger::EventRow& row, const IsAccount& is_account);

/// A checkpoint as a line of checkpoints.jsonl: it is the message, whole, so that what was taken
/// out of the log passes for a copy of that file.
struct SignedLine {
    std::int64_t sequence = 0;
    Timestamp time{};
    std::string line;  // with its newline, which is left off
};
[[nodiscard]] std::string syslog_line(const SignedLine& checkpoint, std::string_view host,
                                      int process);
[[nodiscard]] std::string journal_entry(const SignedLine& checkpoint);

}  // namespace consign::daemon
