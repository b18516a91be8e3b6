// A deposit that waits for the virus scanner: what is scanned, and what becomes of it. The scanner
// itself is the worker's: daemon/workers/scanner.hpp.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/deposits/scan_gate.hpp"

namespace consign::desk {

/// What the scanner said.
struct ScanVerdict {
    enum class Kind : std::uint8_t {
        clean,
        infected,
        too_large,  // for the scanner
        not_asked   // the policy asks for no scanner any more
    } kind = Kind::clean;
    std::string signature{};  // of Kind::infected: the scanner's word
};

/// What one job is about, now.
struct Unscanned {
    Offer offer;
    policy::Scanner scanner{};
    bool is_asked_for = true;  // false: the policy has no scanner for it any more
};

/// Nothing where no name waits for the scanner any more: then the job has ended.
[[nodiscard]] boost::asio::awaitable<Result<std::optional<Unscanned>>> unscanned_of(
    Site& site, const queue::Job& job);

/// Clean: the deposit goes its way, as it would from its depositor now. Else it goes into
/// quarantine, with an alarm. The job ends with it, in one transaction; succeeds where it has ended
/// meanwhile. std::errc::resource_unavailable_try_again where others were in its way.
[[nodiscard]] boost::asio::awaitable<Result<>> settle_scan(Site& site, queue::Job job,
                                                           Unscanned what, ScanVerdict verdict);

/// The scanner does not answer: the job waits until `due`, and those that site `alert` names are
/// told, once until it answers again.
[[nodiscard]] boost::asio::awaitable<Result<>> wait_for_scanner(Site& site, queue::JobId job,
                                                                std::string scanner, Timestamp due);

/// What the ledger may hold of the scanner's word: [A-Za-z0-9._-]{1,64}, or "a signature".
[[nodiscard]] std::string signature_told(std::string_view signature);

}  // namespace consign::desk
