#include "daemon/workers/target_failure.hpp"

#include <fmt/format.h>

#include "daemon/workers/backoff.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "desk/deliveries/target_trouble.hpp"

namespace consign::daemon {

using delivery::delivery_errc;
using desk::TargetFailure;

namespace {

constexpr Backoff target_backoff{.first = std::chrono::seconds(15),
                                 .most = std::chrono::minutes(15)};

TargetFailure failure_of(std::error_code why) {
    if (why == delivery_errc::wrong_host_key) return TargetFailure::wrong_host_key;
    if (why == delivery_errc::untrusted || why == delivery_errc::login_refused ||
        why == delivery_errc::no_credential || why == delivery_errc::no_authorities)
        return TargetFailure::login_refused;
    return TargetFailure::down;
}

std::string text_of(const policy::KeyReference& reference) {
    const bool is_file = reference.kind == policy::KeyReference::Kind::file;
    return (is_file ? "file:" : "credential:") + reference.value;
}

/// With what the policy names, where that is what is wrong.
std::string words_of(std::error_code why, const policy::Target& target) {
    std::string words = why.message();
    if (why == delivery_errc::no_folder) return words + ": " + target.folder;
    if (why == delivery_errc::no_authorities && target.ca)
        return words + ": " + target.ca->string();
    if (why != delivery_errc::no_credential) return words;
    if (target.identity) words += ": " + text_of(*target.identity);
    if (target.password) words += (target.identity ? " or " : ": ") + text_of(*target.password);
    return words;
}

}  // namespace

std::string means_of(const policy::Target& target) {
    const auto reference = [](const std::optional<policy::KeyReference>& key) {
        return key ? text_of(*key) : std::string();
    };
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", target.scheme, target.user,
                       target.host, target.port, target.folder, target.host_key,
                       reference(target.identity), reference(target.password),
                       target.ca ? target.ca->string() : std::string());
}

boost::asio::awaitable<void> note_failure_to_connect(desk::Site& site, Literal account,
                                                     policy::Target target, std::error_code why) {
    const auto known = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.targets.trouble(target.name); });
    const std::uint64_t failures = known && *known ? (*known)->failures + 1 : 1;
    const auto noted = co_await desk::note_target_failure(
        site, account, target, failure_of(why), words_of(why, target),
        target_backoff.after(failures, site.random));
    if (!noted) site.log.error("a target's trouble could not be noted", {{"why", noted.error()}});
}

boost::asio::awaitable<void> note_as_well(desk::Site& site, Literal account,
                                          policy::Target target) {
    const auto noted = co_await desk::note_target_well(site, account, std::move(target));
    if (!noted) site.log.error("a target could not be noted as well", {{"why", noted.error()}});
}

}  // namespace consign::daemon
