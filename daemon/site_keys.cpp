#include "daemon/site_keys.hpp"

#include <cstdlib>

#include "daemon/start_failure.hpp"
#include "storage/keyring/root_key.hpp"
#include "storage/keyring/witness_key.hpp"

namespace consign::daemon {

namespace {

const char* credentials_folder() {
    return std::getenv("CREDENTIALS_DIRECTORY");
}

std::filesystem::path file_of(const policy::KeyReference& key, std::string_view name) {
    if (key.kind == policy::KeyReference::Kind::file) return key.value;
    const char* const folder = credentials_folder();
    if (!folder)
        throw StartFailure(
            fmt::format("keys.{} is the credential `{}`, but systemd gave this process none: "
                        "set LoadCredential= in the unit",
                        name, key.value));
    return std::filesystem::path(folder) / key.value;
}

}  // namespace

SecretKey root_key_of(const policy::Policy& policy) {
    const auto file = file_of(policy.root_key, "root");
    return required(keyring::load_root_key(file), fmt::format("root key {}", file.string()));
}

std::optional<Ed25519Key> witness_key_of(const policy::Policy& policy) {
    if (!policy.witness_key) return std::nullopt;
    const auto file = file_of(*policy.witness_key, "witness");
    return required(keyring::load_witness_key(file), fmt::format("witness key {}", file.string()));
}

bool is_out_of_reach(const policy::KeyReference& key) {
    return key.kind == policy::KeyReference::Kind::credential && credentials_folder() == nullptr;
}

}  // namespace consign::daemon
