// The keys of the site's own that consign.yaml names: files, or credentials of systemd.
#pragma once

#include <optional>

#include "base/ed25519.hpp"
#include "base/secret.hpp"
#include "policy/policy.hpp"

namespace consign::daemon {

// Both throw StartFailure, naming the file.
[[nodiscard]] SecretKey root_key_of(const policy::Policy& policy);
[[nodiscard]] std::optional<Ed25519Key> witness_key_of(const policy::Policy& policy);

/// Whether it is a credential while systemd gave this process none, as where a person asks.
[[nodiscard]] bool is_out_of_reach(const policy::KeyReference& key);

}  // namespace consign::daemon
