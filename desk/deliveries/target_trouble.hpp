// A target that is down, or does not let us in: noted durably, tried again after a while by one
// connection alone, told once, and told again when it is mended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "desk/site/site.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

enum class TargetFailure : std::uint8_t {
    down,           // told once it has failed a few times in a row
    login_refused,  // told at once
    wrong_host_key  // told at once; nobody tries again until the policy names another key, or an
                    // administrator asks
};

/// Failures in a row before a target that is down is told of.
inline constexpr std::uint64_t failures_before_alarm = 3;

/// May somebody connect now?
[[nodiscard]] bool may_connect(const targets::Trouble& trouble, const policy::Target& target,
                               Timestamp now);

/// The next attempt to connect need not wait any more.
[[nodiscard]] Result<> hurry(Site& site, Transaction& transaction, std::string_view target);

/// `wait`: nobody tries before that is over; an hour at most. `why`: words without names.
[[nodiscard]] boost::asio::awaitable<Result<>> note_target_failure(Site& site, Literal account,
                                                                   policy::Target target,
                                                                   TargetFailure failed,
                                                                   std::string why,
                                                                   std::chrono::microseconds wait);
/// A file was tried there. Nothing changes where it was well, nor where another connection has just
/// found it in trouble: that is mended once nobody has to wait any more.
[[nodiscard]] boost::asio::awaitable<Result<>> note_target_well(Site& site, Literal account,
                                                                policy::Target target);

}  // namespace consign::desk
