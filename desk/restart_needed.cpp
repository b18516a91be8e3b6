#include "desk/restart_needed.hpp"

#include <algorithm>
#include <tuple>

namespace consign::desk {

namespace {

bool same(const policy::KeyReference& one, const policy::KeyReference& other) {
    return std::tie(one.kind, one.value) == std::tie(other.kind, other.value);
}

bool same(const std::optional<policy::KeyReference>& one,
          const std::optional<policy::KeyReference>& other) {
    return one && other ? same(*one, *other) : one.has_value() == other.has_value();
}

/// Wherever they stand in the file.
bool same(const policy::Listener& one, const policy::Listener& other) {
    const auto all = [](const policy::Listener& listener) {
        return std::tie(listener.name, listener.protocol, listener.address, listener.port,
                        listener.algorithms, listener.host_keys, listener.tls, listener.certificate,
                        listener.private_key, listener.client_ca, listener.passive.first_port,
                        listener.passive.last_port, listener.passive.address,
                        listener.session_reuse);
    };
    return all(one) == all(other);
}

}  // namespace

std::vector<std::string_view> restart_needed(const policy::Policy& started_with,
                                             const policy::Policy& next) {
    std::vector<std::string_view> keys;
    if (started_with.data != next.data) keys.emplace_back("data");
    if (!same(started_with.root_key, next.root_key) ||
        !same(started_with.witness_key, next.witness_key))
        keys.emplace_back("keys");
    const auto listeners_are_same = [](const auto& one, const auto& other) {
        return same(one, other);
    };
    if (!std::ranges::equal(started_with.listeners, next.listeners, listeners_are_same))
        keys.emplace_back("listeners");
    if (started_with.metrics_address != next.metrics_address) keys.emplace_back("metrics");
    return keys;
}

}  // namespace consign::desk
