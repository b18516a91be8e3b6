// What the policy expects, pickups and deposits alike, and how many files there are to it: what the
// worker that judges deadlines and the administrator's timetable both ask.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "desk/site/site.hpp"
#include "policy/expected.hpp"

namespace consign::desk {

/// One expectation of a policy; a view into it.
struct Expected {
    expectations::Kind kind{};
    const std::string& name;
    const std::string& account;
    const policy::Glob& path;  // relative to the account's home
    const policy::Deadline& expect;
    const policy::Schedule& window;
    std::uint64_t wanted = 0;  // of a deposit: so many files at least
    const std::vector<std::string>& alert;
    const policy::Rule& rule;
};

/// So many are looked through for one pickup.
inline constexpr std::size_t folders_limit = 100'000;

/// In the order of the policy; pickups that have a time first, then deposits.
[[nodiscard]] std::vector<Expected> expected_of(const policy::Policy& policy);

/// Of a deposit: the files that came in that time, each once. Of a pickup: those that came to lie
/// there in that time, visible to the account, and that it has not collected. Reads in pages, off
/// the strand. `expected` and `policy` stay the caller's. Of a pickup with more folders than may be
/// looked through: std::errc::value_too_large.
[[nodiscard]] boost::asio::awaitable<Result<std::uint64_t>> count_files(
    Site& site, const policy::Policy& policy, const Expected& expected, policy::CountedTime counted,
    std::size_t folders = folders_limit);

/// Is it as it should be, with so many files?
[[nodiscard]] inline bool is_met(const Expected& expected, std::uint64_t files) {
    return expected.kind == expectations::Kind::pickup ? files == 0 : files >= expected.wanted;
}

}  // namespace consign::desk
